// Package runner keeps read models true to the ledger.
//
// A unit is one projection of one programme. The runner of a unit reads the
// ledger from the unit's checkpoint, applies a batch of events to the projection's
// fold, and writes the touched rows and the new checkpoint in one transaction.
// Live tailing and replay are the same loop.
//
// # Guarantees
//
//   - Exactly once: rows and checkpoint commit together, and the checkpoint moves
//     only from the position that the runner started the batch at. A batch that
//     fails in the middle leaves nothing behind; the fold is then loaded anew.
//   - Order: events are applied in the order of their positions, without gaps.
//   - One at a time: a unit is leased by one runner, with a session advisory lock.
//     The runner writes through the session that holds the lock, so that losing one
//     is losing the other, and looks after it while idle. A runner that writes
//     without the lease all the same is fenced by the checkpoint ([IsFenced]).
//   - Fails closed: a checkpoint that does not match the ledger (another leaf at
//     its position, a ledger that is shorter, a count that differs) stops the unit
//     with an error for which [IsMismatch] holds; nothing is written. The two are
//     compared at the start and again for every batch, after it was read.
//   - Ordered parking: an event that cannot be decoded or applied is parked with its
//     reason, and every later event of its stream behind it; other streams go on.
//     Parked events are tried again in a new generation, each in its place. An event
//     that much depends on, a control event or one outside any inspection, stops the
//     unit before it instead ([IsStop]), as do too many parked streams.
//   - A generation is replaced by another one only after parity held ([IsParity]):
//     the events that went in, their leaf hashes, and the rows of a sample of
//     inspections against a second fold. See STATES.md.
//   - No side effects: a fold has none, so that a replay can send nothing to anybody.
//   - The commit of a batch does not wait for the disk. After a crash of the server,
//     rows and checkpoint may stand somewhat earlier, together, and the runner makes
//     the rest again; the ledger, which does wait, is never behind them.
//
// The wake-up is only an alarm clock: a runner also looks by itself, so a lost
// wake-up costs latency, never an event.
//
// # Connections
//
// A runner that has the lease holds one connection of its pool, and needs others of
// the ledger's pool for a moment at a time. Where that is the same pool, it must
// have more connections than units, or none is left to read with. A runner that
// waits for the lease holds none.
//
// # Locks
//
// The lease comes first, that of the runner or that of the builder of a unit; then,
// within a transaction, the row of projections.active, shared by the runner's commits
// and taken by a switch; then the row of the checkpoint; then rows. Partitions are
// removed by one session of the database at a time. A new generation attaches its partitions in the order of the
// projection's tables, under a lock that neither readers nor writers of the tables
// wait for.
//
// # Goroutines
//
// [Run] works on the caller's goroutine. One more reads ahead while a full batch is
// committed, and has ended before the next step. [Build] has two more while it writes
// bare tables: one reads ahead and one commits. All have ended when it returns.
package runner
