// Package query answers what the read models and the ledger say: figures, where
// they come from, frameworks and events. It changes nothing.
//
// An answer about figures is one snapshot: figures, framework revision and
// position belong together. It may be behind the ledger by what the projector has
// not read yet; the position says how far.
package query
