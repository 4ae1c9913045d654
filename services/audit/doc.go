// Package audit is what the command line does to check a ledger: verify reads the
// database itself, with or without a server running, and proof checks what a server
// says about one event. It prints nothing but a line of progress.
//
// A data directory holds, beside the database, what an audit needs: log.vkey (the
// public keys of the log) and checkpoints/ (the last checkpoint of each programme,
// which the notary keeps outside of the database).
package audit
