// Package faults breaks a running Aboveline in every way that it must survive,
// and then looks at what is left. It holds nothing but tests.
//
// The thing under test is the real binary, built once for a run, as a child
// process with a real Postgres behind it. Between the two stands a proxy that
// understands the messages of the Postgres protocol, so that a fault can strike
// at a chosen step of the recorder without any code for it in the recorder.
// Devices, the goroutines that submit, keep an outbox as design §3 asks of every
// client: an entry leaves it with a receipt and never before.
//
// After every fault the oracles hold, see audit: each receipt that says "recorded"
// or "duplicate" is in the ledger once, at that position and revision; whatever was
// refused is not in it and never comes; positions and revisions have no gap;
// every leaf and the root of the tree can be computed again; times of recording
// do not decrease; the figures that the API serves are those of a fold from
// nothing; and nothing that was accepted is still waiting.
//
// The tests run once each, briefly, with `go test`. With -soak, or ABOVELINE_SOAK
// set, they run long: 200 kills, the database away for thirty seconds, 100,000
// submissions waiting. What is random comes from one seed, which is printed and
// can be given again with -seed.
package faults
