// Package notary signs what the ledger is, so that nobody can make it something
// else later: it keeps the hash tiles of each programme's tree and signed
// checkpoints over them in the tables ledger.tiles and ledger.checkpoints.
//
// It follows the ledger from behind: an append costs nothing more than before. All
// it needs are the rights of the role aboveline_notary: places and leaf hashes of
// events, the heads, and inserting tiles and checkpoints. It cannot read what an
// entry says.
//
// # Guarantees
//
//   - A checkpoint is signed only when the tree over the leaves has the root that the
//     recorder left in the head row, and when it contains the tree of the checkpoint
//     before it, and of the last one that this notary remembers outside of the
//     database. Otherwise nothing is signed, nothing is stored, and the error is one
//     for which [IsContradiction] is true.
//   - One line: each checkpoint names the one before it, no two name the same, and
//     whoever signs holds a lock per programme. Any number of notaries may run, with
//     one key, and sign no fork.
//   - A checkpoint is handed out (returned, told to OnSigned) only after it is stored
//     for good. Its tiles are stored in the same transaction.
//   - Tiles are full (256 hashes) and never change. Partial ones are made on demand
//     from the leaves and from the roots of the tiles below; see [Log.Tile].
//   - A proof from [Log] is made from tiles that were checked against the root that
//     was signed: altered tiles make an error, never a wrong proof.
//
// A rewritten history is noticed here by its tree only. That an event still hashes
// to its leaf is for events/verify to find, which reads everything.
//
// # Locks and goroutines
//
// [Notary.Sign] takes the programme's place in this process, then one connection,
// then the programme's advisory lock; it locks no row and makes no append wait.
// [Notary.Run] works in the goroutine it is called in. Nothing is started, nothing is
// to be closed.
package notary
