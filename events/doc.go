// Package events says what can happen in Aboveline and in which words.
//
// An [Event] is a fact of one kind (a judgement was recorded, a framework was
// published). A [Recorded] is an event as the ledger keeps it: with its place in
// the log of a programme, the clocks, the person who caused it and the exact
// bytes of its data. The [Registry] ties the name and version of a kind to the Go
// type that its data decodes into; [Current] holds every kind of this release.
//
// The package imports the standard library and google/uuid only, so that every
// other package may import it: decoding lives in events/codec, storage in
// events/ledger, the meaning of events in the projections module.
//
// Persisted names (types, streams, JSON fields) only grow. A kind that needs
// another shape gets a new version and an upcast from the version before.
package events
