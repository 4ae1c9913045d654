package faults_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
)

// side is where a message comes from.
type side int

const (
	fromClient side = iota
	fromServer
)

// wire is one message of the Postgres protocol, version 3: chapter "Message
// Formats" of the PostgreSQL manual.
type wire struct {
	side side
	kind byte
	sql  string // of Parse, and of a Bind of a statement whose Parse was seen
	raw  []byte // type and length included
}

// order is what becomes of a message that was caught.
type order int

const (
	forward order = iota // and go on
	drop                 // lose it and cut the connection
	half                 // forward the first half of its bytes and cut the connection
)

// link is one connection from the server under test to the database.
type link struct {
	proxy            *proxy
	client, upstream net.Conn
	orders           chan order // what the test decides about a caught message

	mu         sync.Mutex
	held       bool
	statements map[string]string
	committed  bool // the last command that completed was a COMMIT
}

// cut closes both ends.
func (l *link) cut() {
	_ = l.client.Close()
	_ = l.upstream.Close()
}

// run passes messages on until either end closes.
func (l *link) run() {
	var wg sync.WaitGroup
	wg.Go(func() { l.fromClient(); l.closeUnlessHeld() })
	wg.Go(func() { l.fromServer(); l.closeUnlessHeld() })
	wg.Wait()
	l.cut()
}

// closeUnlessHeld closes the connection, but a message that is held keeps the
// database's end open: the database has not noticed that the client died.
func (l *link) closeUnlessHeld() {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	if !held {
		l.cut()
	}
}

func (l *link) fromClient() {
	// The first message has no type: its length and a version or a request code.
	first, err := readBody(l.client, nil)
	if err != nil {
		return
	}
	if _, err := l.upstream.Write(first); err != nil {
		return
	}
	for {
		w, err := readWire(l.client, fromClient)
		if err != nil {
			return
		}
		l.note(&w)
		if !l.pass(w, l.upstream) {
			return
		}
	}
}

func (l *link) fromServer() {
	for {
		w, err := readWire(l.upstream, fromServer)
		if err != nil {
			return
		}
		l.note(&w)
		if !l.pass(w, l.client) {
			return
		}
	}
}

// pass forwards a message unless it is caught and the test decides otherwise.
func (l *link) pass(w wire, to net.Conn) bool {
	if t := l.proxy.catch(l, &w); t != nil {
		if t.at.after {
			_, _ = to.Write(w.raw)
		}
		l.hold(true)
		t.hit <- l
		o := <-l.orders
		l.hold(false)
		switch {
		case o == drop:
			l.cut()
			return false
		case o == half:
			_, _ = to.Write(w.raw[:len(w.raw)/2])
			l.cut()
			return false
		case t.at.after:
			return true
		}
	}
	_, err := to.Write(w.raw)
	return err == nil
}

func (l *link) hold(held bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = held
}

// note keeps track of prepared statements and of commits.
func (l *link) note(w *wire) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body := w.raw[5:]
	switch {
	case w.side == fromClient && w.kind == 'P':
		name, rest := text(body)
		w.sql, _ = text(rest)
		l.statements[name] = w.sql
	case w.side == fromClient && w.kind == 'B':
		_, rest := text(body) // the portal
		name, _ := text(rest)
		w.sql = l.statements[name]
	case w.side == fromServer && l.statements["aboveline_commit"] == "":
		// Not one of the recorder's connections that append.
	case w.side == fromServer && w.kind == 'C':
		tag, _ := text(body)
		l.committed = tag == "COMMIT"
		w.sql = tag
	case w.side == fromServer && w.kind == 'Z' && l.committed:
		w.sql, l.committed = "COMMIT", false
	}
}

func text(b []byte) (string, []byte) {
	s, rest, _ := bytes.Cut(b, []byte{0})
	return string(s), rest
}

func readWire(from io.Reader, s side) (wire, error) {
	var kind [1]byte
	if _, err := io.ReadFull(from, kind[:]); err != nil {
		return wire{}, err
	}
	raw, err := readBody(from, kind[:])
	return wire{side: s, kind: kind[0], raw: raw}, err
}

// readBody reads a length, which counts itself, and what it covers.
func readBody(from io.Reader, before []byte) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(length[:]))
	if n < 4 {
		return nil, io.ErrUnexpectedEOF
	}
	raw := make([]byte, len(before)+n)
	copy(raw, before)
	copy(raw[len(before):], length[:])
	_, err := io.ReadFull(from, raw[len(before)+4:])
	return raw, err
}

// moment is a step of the recorder, by the message that shows it.
type moment struct {
	name  string
	side  side
	kind  byte
	sql   string // the statement's text contains it
	after bool   // caught when it has been forwarded
}

func (m moment) matches(w *wire) bool {
	return m.side == w.side && m.kind == w.kind && strings.Contains(w.sql, m.sql)
}
