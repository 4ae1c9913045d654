// Package rows keeps the scores of a programme in Postgres: it writes what the
// fold touched, loads a fold back from its rows, and reads tallies and history of
// figures for queries.
//
// # Guarantees
//
//   - Rows carry a generation and belong to the partition of that generation. They
//     are the same whatever the batches were in which the events came, and however
//     often the runner was stopped in between.
//   - Writing happens within the runner's transaction, together with the
//     checkpoint. The keys are a second fence: an event that entered the history
//     cannot enter it again.
//   - Loading counts every tally afresh and refuses rows that do not add up
//     (scores.IsBadState).
//   - Each query reads the active generation in one snapshot, so that position,
//     framework, tallies and history belong together while the runner goes on.
//
// A [Workbench] holds the scores of a programme in memory and stands, after each
// Sync, exactly where the active generation stands: for previews of frameworks. A
// [Draft] is a framework that somebody keeps; nothing is computed from it before it
// is asked for.
//
// A [Reader] borrows connections from the pool it was given and never closes it.
// It holds one per query, until the query returns. The package starts no goroutines.
package rows
