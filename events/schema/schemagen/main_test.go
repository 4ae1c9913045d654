package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
)

type opened struct {
	Name string `json:"name"`
}

func (opened) Kind() events.Kind { return events.Kind{Type: "Opened", Version: 1} }

type openedElsewhere struct {
	Name  string `json:"name"`
	Place string `json:"place"`
}

func (openedElsewhere) Kind() events.Kind { return opened{}.Kind() }

func TestRunRefusesToChangeALockedKind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if err := run(dir, registry(t, opened{})); err != nil {
		t.Fatal(err)
	}
	lock, schema := read("versions.lock"), read("Opened.v1.json")
	err := run(dir, registry(t, openedElsewhere{}))
	if err == nil || !strings.Contains(err.Error(), "bump the version") {
		t.Fatalf("got %v", err)
	}
	if read("versions.lock") != lock || read("Opened.v1.json") != schema {
		t.Error("files were written nevertheless")
	}
	if err := run(dir, registry(t, opened{}, events.ProgrammeOpened{})); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(read("versions.lock"), "ProgrammeOpened v1 ") {
		t.Error("the new kind is not locked")
	}
}

func registry(t *testing.T, zeros ...events.Event) *events.Registry {
	t.Helper()
	r, err := events.NewRegistry(zeros...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
