// Package ledger keeps what was recorded, in PostgreSQL, for ever.
//
// A programme has one log: its events at positions 1, 2, 3 … without gaps. The row
// ledger.logs(programme) is its head, and whoever appends locks it, so that commit
// order is position order and any number of recorders may run. No sequence is
// involved: a reader that has seen position n has seen everything up to n.
//
// # Guarantees
//
//   - Durable: when [Ledger.Update] returns nil, everything it appended is on disk
//     (and on the synchronous standbys there are). A connection that is set to
//     synchronous_commit = off commits with on all the same.
//   - All or nothing: one Update is one transaction. An error or a panic of its
//     function leaves nothing behind.
//   - Once: an event id is unique within a programme, for ever. Update tells which
//     of the ids it is given are there already, and nobody else can add one until
//     it has ended.
//   - Conflicts are found by the database: (stream, revision) is unique within a
//     programme. See [IsConflict].
//   - Never altered: recorders can insert and select; update, delete and truncate
//     of events are refused to everyone, a superuser included, by triggers. What a
//     superuser can do after disabling them is found by the leaf hashes and the
//     tree (events/proof).
//   - recorded at never decreases with the position.
//
// An Update whose COMMIT was sent and not answered fails with an error for which
// [IsAmbiguous] is true. Another Update with the same ids then tells for certain:
// it waits for the lock that the earlier transaction holds while it is in doubt.
//
// # Reading
//
// Reads see what is committed. Sequences read ahead in batches of bounded size and
// hold no connection while their consumer is busy, except those of a [Tx]. Every
// lookup of the package is served by the index meant for it, also in a database
// that was never analysed.
//
// # Locks
//
// Update locks the head of its programme first, then, by [Tx.Claim], rows of
// ledger.inspections. A deadlock between claims of two programmes is resolved by
// the database and shows as [IsUnavailable].
//
// # Connections
//
// A [Ledger] borrows connections from the pool it was given and never closes it.
// It relies on prepared statements: a connection pooler in between must support
// those of the protocol. The package starts no goroutines.
package ledger
