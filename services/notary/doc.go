// Package notary serves the proof of the ledger: it runs the notary of
// events/notary and answers for its checkpoints, tiles and proofs over HTTP.
//
//	GET  /v1/programmes/{programme}/log/checkpoint        a signed checkpoint (C2SP tlog-checkpoint)
//	GET  /v1/programmes/{programme}/log/tile/{level}/{n}  hash tiles (C2SP tlog-tiles)
//	GET  /v1/programmes/{programme}/log/proof?event=ID    that an event is in the log
//	GET  /v1/programmes/{programme}/log/consistency?from=SIZE
//	POST /v1/programmes/{programme}/log/cosignatures      signatures of known witnesses
//
// The prefix of the log as C2SP has it is /v1/programmes/{programme}/log. Entry
// bundles are not served: nothing here says what an entry says, only that it is
// there and where. All of it needs the right ReadProof.
//
// A checkpoint that is asked for covers everything that was recorded before the
// request. Every new one goes to the core NATS subject log.<programme>.checkpoint as
// it is stored; who missed it finds the same in the table and here.
//
// When the ledger contradicts what was signed, nothing is signed any more: requests
// that need a new checkpoint fail, a counter counts and the log says why.
package notary
