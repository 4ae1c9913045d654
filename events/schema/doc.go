// Package schema generates the JSON Schemas (draft 2020-12) of everything that
// others read or write: the data of every kind of event, every kind of entry,
// submissions, receipts and recorded events, and asyncapi.yaml, which says on
// which NATS subjects they travel. The files are committed beside the code.
//
// Guarantees:
//
//   - The schemas follow the Go types: those of events by reflection over the
//     registry, those of entries from [entry.Fields], the very list that decoding
//     follows. A test fails when a committed file is not what would be generated.
//   - The shape of a kind of event never changes once it is committed: data in
//     ledgers have it. versions.lock holds the hash of each schema, and neither the
//     generator nor the test lets one change or go. Another shape is another version.
//   - A schema never refuses what is decoded. It lets a few things through that are
//     refused on decoding, because JSON Schema cannot say them: numbers spelled with
//     a fraction or exponent, times out of range, limits in bytes (it counts
//     characters).
//
// Run `go generate ./schema` in the module events after changing a type.
package schema

//go:generate go run ./schemagen
