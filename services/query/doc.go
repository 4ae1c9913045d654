// Package query answers what the read models and the ledger say: figures, where
// they come from, what another framework would make of them, frameworks and events.
// It changes nothing but the drafts of frameworks that people keep.
//
// An answer about figures is one snapshot: figures, framework revision and
// position belong together. It may be behind the ledger by what the projector has
// not read yet; the position says how far.
//
// Earlier moments are read in one of two ways. What was known at a position under the
// framework of that time comes from the history of the scores, in milliseconds; what
// had occurred by a time, another framework and a choice of cases are folded again,
// from the ledger, by the fold that wrote the scores. An explanation is made from the
// history and, for who did what, from the ledger, which never changes.
//
// Previews work on the answers of a whole programme, which are held in memory: of at
// most eight programmes, and for a quarter of an hour after the last preview. Each
// is brought to where the scores stand before it answers, and answers one caller at
// a time.
package query
