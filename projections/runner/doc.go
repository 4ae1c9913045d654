// Package runner keeps read models true to the ledger.
//
// A unit is one projection of one programme. The runner of a unit reads the
// ledger from the unit's checkpoint, applies a batch of events to the projection's
// fold, and writes the touched rows and the new checkpoint in one transaction.
//
// Guarantees:
//
//   - Exactly once: rows and checkpoint commit together, and the checkpoint moves
//     only from the position that the runner started the batch at. A batch that
//     fails in the middle leaves nothing behind.
//   - Order: events are applied in the order of their positions, without gaps.
//   - One at a time: a unit is leased by one runner (a session advisory lock). A
//     runner that lost its lease without noticing is fenced by the checkpoint.
//   - Fails closed: a checkpoint that does not match the ledger (another leaf at
//     its position, a ledger that is shorter, a count that differs) stops the unit
//     with an error for which [IsMismatch] holds; nothing is written.
//
// Live tailing and replay are the same loop. The wake-up is only an alarm clock:
// a runner also looks by itself, so a lost wake-up costs latency, never an event.
package runner
