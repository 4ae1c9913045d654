// Package projector runs the projections: a runner for every projection of every
// programme that the ledger holds, started as programmes appear.
//
// It wakes runners when the recorder says that something was appended; that
// message may be lost, and then a runner finds out by itself within its poll. A
// unit that cannot go on is reported, and tried again after a pause: it never
// stops the others. Several projectors may run; each unit is worked by one of them.
package projector
