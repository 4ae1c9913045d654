// Package client speaks to the front doors of Aboveline: the HTTP API, and NATS
// for submissions. The command line uses it and nothing else.
//
// Sending a submission again is always safe. A submission whose receipts did not
// come in time is not lost: [Client.Submit] then asks for them at their address
// until the context ends. Only receipts that say "recorded" or "duplicate" let a
// caller forget an entry.
package client
