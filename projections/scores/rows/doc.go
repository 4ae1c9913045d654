// Package rows keeps the scores of a programme in Postgres: it writes what the
// fold touched, loads a fold back from its rows, and reads figures' tallies and
// history for queries.
//
// Rows carry a generation and belong to the partition of that generation.
// Writing happens within the runner's transaction, together with the checkpoint.
// Reading for a query happens in one snapshot, so that tallies, framework and
// position belong together.
package rows
