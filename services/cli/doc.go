// Package cli is the command line of Aboveline: one command, one file, one struct.
//
// What scripts may rely on: results go to standard output, everything else to
// standard error; with --json a result is one JSON value a line and nothing else.
// Exit codes are [ExitDone], [ExitFailed], [ExitUsage] and [ExitRefused], and only
// grow. A command that writes returns when its entries have receipts, and waits a
// little for the figures to catch up with them, so that a script that imports and
// then reads the scores sees what it imported.
//
// Every command but serve and demo is a client of a running server. Tokens come
// from files or the environment, never from the command line, where other users
// of the machine could read them.
package cli
