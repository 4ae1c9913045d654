// Package entry is the wire format of what people submit: an [Entry] says that
// one thing happened, a [Submission] carries entries to the recorder, and a
// [Receipt] says what became of each of them.
//
// An entry is one flat JSON object: the fields that all entries share, and those
// of its [Body]. Which fields a kind has is said once, in the body's visit
// method; decoding, encoding, validation and the JSON Schemas of events/schema
// all follow it, see [Fields].
//
// Guarantees:
//
//   - Decoding is strict. Fields that the kind does not have, names given twice,
//     wrong types, text after the value, invalid UTF-8 and control characters are
//     refused, so that nothing a person wrote is ever dropped in silence. Every
//     refusal is a [*FieldError] that names the field and says what would be
//     right. Values are never repeated in it: they may be about a person.
//   - What decodes also encodes, and decodes again to the same entry.
//   - [Entry.Canonical] depends on the content only: not on white space, the order
//     of the fields, escapes, the letter case of the id or the time zone in which a
//     time is written. Its bytes for a given content never change from one release
//     to the next, because the ledger tells a resend from another entry by them.
//   - One bad entry costs the others nothing: a submission keeps its entries raw,
//     and [Lines] goes on after a bad line.
//
// The package only looks at one entry at a time. Whether a case exists, an answer
// is on its scale, a time lies in the future or a reason is needed is decided by
// the recorder.
package entry
