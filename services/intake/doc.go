// Package intake is the front door: it takes submissions in over HTTP and over
// NATS, checks who sends them, and hands them to the recorder through the stream
// SUBMISSIONS. Both doors lead to the same path.
//
// Intake decides nothing about entries and needs no database: while Postgres is
// away, submissions wait in the stream. An answer with receipts means that they
// were decided; an answer without means that the submission is stored and will
// be, and says where its receipts will be. Only a receipt that says "recorded" or
// "duplicate" lets a client forget an entry.
//
// Order: the submissions of one caller that wait for each other are recorded in
// that order. Idempotency is by entry id, in the ledger: sending again is always
// safe.
package intake
