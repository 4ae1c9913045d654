// Package recorder decides what becomes of every entry and appends what is
// accepted to the ledger. It is the only writer of entries.
//
// The way of a delivery: the courier hands it over from SUBMISSIONS, a gate puts
// deliveries back into the order of the stream, a lane per programme gathers
// those that wait and records them in one transaction (group commit), and every
// entry gets a receipt of its own.
//
// Guarantees:
//
//   - Durability: a receipt that says "recorded" or "duplicate" is written only
//     after the transaction committed with synchronous_commit on.
//
//   - Idempotency: an entry id is recorded at most once, for ever. The same id
//     with the same content is answered "duplicate" with the first position; with
//     other content it is rejected.
//
//   - Concurrency: an entry changes a stream only at the revision that it
//     expects. The ledger's unique (stream, revision) is the backstop.
//
//   - Strong consistency: decisions are made under the lock of the programme's
//     head row against a picture that has seen every event below it.
//
//   - A framework is published only if it reads every recorded answer that the one
//     before it reads, or says that it has to be judged again. Publishing one that
//     changes a scale reads the programme's judgements under that lock.
//
//   - Independence: a conflict or a rejection of one entry costs no other entry
//     its verdict, unless the submission is atomic.
//
//   - Order: entries are decided in the order of their submission, submissions to
//     one inspection in the order of the stream. While the database is away the
//     lane waits and keeps that order; the stream holds what cannot be taken in.
//
//   - Fairness: of the deliveries that a recorder holds (512), those of different
//     inspections take turns.
//
//   - Finality: a delivery that has its receipts is never decided again, however
//     often it comes. Another delivery of a refused entry is decided anew.
//
//   - Size: receipts fit into one message. Where ten thousand conflicts do not, they
//     lose the data of the current event, then messages, then the current event.
//
// Any number of recorders may serve one programme; none is a leader.
//
// Locks: a lane's memory is touched only by the lane's goroutine. The gate's and
// the recorder's mutexes are leaves: nothing is locked while they are held.
package recorder
