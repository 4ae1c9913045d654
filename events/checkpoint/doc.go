// Package checkpoint writes and reads signed tree heads of the ledger.
//
// A checkpoint says: the log of this programme has this many events, and this is
// the root of the RFC 6962 tree over them (events/proof). Its text is that of C2SP
// tlog-checkpoint, its signatures are those of golang.org/x/mod/sumdb/note, so that
// a few lines around that library check everything without Aboveline. FORMAT.md
// beside this file has the bytes.
//
// One Ed25519 key signs for all programmes of an installation; the programme is in
// the signed text, so a checkpoint of one never passes for that of another. The key
// is a file of its own, outside of the database: who can rewrite the database
// cannot sign what they wrote. Witnesses may sign beside the log (C2SP
// tlog-cosignature, cosignature/v1); their lines are kept with a checkpoint whose
// own signature holds, and mean nothing without it.
//
// Nothing here knows which checkpoint may be signed: that is the notary's to
// decide. Values are safe for concurrent use; no goroutines are started.
package checkpoint
