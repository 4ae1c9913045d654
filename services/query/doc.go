// Package query answers what the read models and the ledger say: figures, where
// they come from, what another framework would make of them, frameworks and events.
// It changes nothing but the drafts of frameworks that people keep.
//
// An answer about figures is one snapshot: figures, framework revision and
// position belong together. It may be behind the ledger by what the projector has
// not read yet; the position says how far.
//
// Previews work on the answers of a whole programme, which are held in memory: of at
// most eight programmes, and for a quarter of an hour after the last preview. Each
// is brought to where the scores stand before it answers, and answers one caller at
// a time.
package query
