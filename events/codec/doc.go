// Package codec turns events into the JSON that the ledger keeps and back.
//
// Guarantees:
//
//   - What is encoded conforms to the JSON Schema of its kind (events/schema), and
//     only what conforms to it is decoded: names that the kind does not have, names
//     given twice, required names that are absent, null or a value of another type,
//     and text after the value are refused with an [*Error].
//   - Encoding is deterministic: fields in the order of the Go type, names of maps
//     sorted by their bytes. It is an error to encode what would not decode.
//   - Decoding brings every event to the newest version of its type, and gives a
//     value, never a pointer, that shares no memory with the data.
//
// A field is required unless its tag says omitempty or omitzero. Fields are strings,
// whole numbers, UUIDs, bytes, maps of strings, structs of such fields, and pointers
// to structs.
package codec
