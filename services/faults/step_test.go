package faults_test

import (
	"testing"
	"time"
)

// moments are the steps of the recorder, in order, as the database sees them.
// COPY is for transactions of 20 events and more, INSERT for the others.
func moments() []moment {
	return []moment{
		{name: "key of a person", side: fromClient, kind: 'B', sql: "INSERT INTO vault.keys"},
		{name: "begin", side: fromClient, kind: 'B', sql: "BEGIN ISOLATION"},
		{name: "lock of the head", side: fromClient, kind: 'B', sql: "FOR UPDATE"},
		{name: "look-up of ids", side: fromClient, kind: 'B', sql: "event_id = ANY"},
		{name: "locked head on its way back", side: fromServer, kind: 'C', sql: "SELECT 1"},
		{name: "reading of case files", side: fromClient, kind: 'B', sql: "WITH ORDINALITY AS p"},
		{name: "insert", side: fromClient, kind: 'B', sql: "INSERT INTO ledger.events"},
		{name: "parse of COPY", side: fromClient, kind: 'P', sql: "COPY ledger.events"},
		{name: "rows of COPY", side: fromClient, kind: 'd'},
		{name: "rows copied", side: fromClient, kind: 'd', after: true},
		{name: "new head", side: fromClient, kind: 'B', sql: "UPDATE ledger.logs"},
		{name: "new head sent", side: fromClient, kind: 'B', sql: "UPDATE ledger.logs", after: true},
		{name: "COMMIT", side: fromClient, kind: 'B', sql: "COMMIT"},
		{name: "answer to COMMIT", side: fromServer, kind: 'C', sql: "COMMIT"},
		{name: "COMMIT answered", side: fromServer, kind: 'Z', sql: "COMMIT", after: true},
	}
}

// awaitStep bounds the wait for a step under load.
const awaitStep = 20 * time.Second

// strike catches the next message of a moment.
func (w *world) strike(m moment) *link {
	w.t.Helper()
	trap := w.proxy.arm(m)
	w.newcomer()
	return trap.await(w.t, awaitStep)
}

// recover lets one transaction through.
func (w *world) recover() {
	w.t.Helper()
	steps := moments()
	w.strike(steps[len(steps)-1]).orders <- forward
}

// kill -9 of the server at each step of the recorder.
func TestKillAtEachStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	w.enlist(6, 2)
	f := w.work()
	for range long(1, 8) {
		for _, m := range moments() {
			link := w.strike(m)
			w.process.kill()
			link.orders <- drop
			w.process.start()
			w.inspect(t.Context())
		}
	}
	f.rest(t)
	w.report("kills at each step", w.audit())
}

// The connection to the database is cut at each step, in the middle of a message
// too. The server goes on, and finds out what happened to a COMMIT.
func TestCutAtEachStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	w.enlist(6, 3)
	f := w.work()
	for range long(1, 20) {
		for _, m := range moments() {
			for _, o := range []order{drop, half} {
				w.strike(m).orders <- o
				w.recover()
			}
		}
		w.inspect(t.Context())
	}
	f.rest(t)
	w.report("cuts at each step", w.audit())
}

// The server is killed while a COMMIT is on its way, and the COMMIT arrives only
// when the next server wants to record the same entries: it waits for the lock of
// the head, and then finds them.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	w.enlist(6, 4)
	f := w.work()
	for range long(2, 20) {
		link := w.proxy.arm(moments()[12]).await(t, awaitStep)
		w.process.kill()
		w.process.start()
		lock := moment{name: "lock", side: fromClient, kind: 'B', sql: "FOR UPDATE", after: true}
		w.proxy.arm(lock).await(t, awaitStep).orders <- forward
		link.orders <- forward
		pass(t, 200*time.Millisecond)
	}
	f.rest(t)
	w.report("late COMMITs", w.audit())
}
