package importer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
)

// Dataset is a directory as entries.
type Dataset struct {
	Framework *framework.Framework
	// Cases come first; everything else may be sent in any order after them.
	Cases, Rest []Planned
	// Problems are the rows that are no entries, in the order of files and lines.
	Problems []Problem

	target Target
}

// Planned is an entry and where it comes from.
type Planned struct {
	Entry entry.Entry
	// Shard groups entries that belong together: those of one case, one interview.
	Shard string
	row   *row
}

// Target is where entries go.
type Target struct {
	// Programme is the framework's id if empty.
	Programme  events.Programme
	Inspection events.InspectionID
	// OccurredAt is the inspectors' clock for all rows; the framework's date of
	// publication if zero. It is part of the entries, so it must be the same when an
	// import is run again.
	OccurredAt time.Time
}

// reading is a directory on its way to a data set.
type reading struct {
	Dataset
	dir string
}

// Read reads a directory. The error is for what leaves nothing to import: no
// framework, or one with problems, or no cases. Everything else is in Problems.
func Read(dir string, t Target) (*Dataset, error) {
	fw, err := readFramework(filepath.Join(dir, "framework.yaml"))
	if err != nil {
		return nil, err
	}
	if t.Programme == "" {
		t.Programme = events.Programme(fw.ID)
	}
	if t.OccurredAt.IsZero() {
		if t.OccurredAt, err = published(fw); err != nil {
			return nil, err
		}
	}
	t.OccurredAt = t.OccurredAt.UTC().Truncate(time.Microsecond)
	r := &reading{Dataset: Dataset{Framework: fw, target: t}, dir: dir}
	if _, err := os.Stat(filepath.Join(dir, "cases.csv")); err != nil {
		return nil, fmt.Errorf("importer: a data set has a file cases.csv: %w", err)
	}
	if r.cases(); len(r.Cases) == 0 {
		// Nothing else can be recorded of cases that are not known.
		if len(r.Problems) > 0 {
			return nil, fmt.Errorf("importer: no case can be read: %s", r.Problems[0])
		}
		return nil, errors.New("importer: cases.csv has no rows")
	}
	r.judgements()
	r.factors()
	r.contacts()
	r.interviews()
	r.survey()
	r.questionnaire()
	sortProblems(r.Problems)
	return &r.Dataset, nil
}

// Programme is where the data set's entries go.
func (d *Dataset) Programme() events.Programme { return d.target.Programme }

func readFramework(path string) (*framework.Framework, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("importer: a data set has a file framework.yaml: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("importer: %s has %d bytes; a framework has at most %d", path, info.Size(), maxFile)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("importer: %w", err)
	}
	return framework.Parse("framework.yaml", source)
}

// published is when the framework says it was published: a day or a month.
func published(fw *framework.Framework) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, fw.Published); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf(
		"importer: meta.published %q is no date; give the time of the judgements with --occurred-at", fw.Published)
}

// rows goes through a file that has the needed columns and others that are known.
// Each row becomes an entry of its own or a problem.
func (r *reading) rows(file string, need []string, known func(string) bool, take func(*row) *Problem) {
	t, p := open(r.dir, file)
	if p != nil {
		r.Problems = append(r.Problems, *p)
		return
	}
	if t == nil {
		return
	}
	defer t.close()
	if p := t.check(need, known); p != nil {
		r.Problems = append(r.Problems, *p)
		return
	}
	for {
		x, p := t.next()
		if x == nil && p == nil {
			return
		}
		if p == nil {
			p = take(x)
		}
		if p != nil {
			r.Problems = append(r.Problems, *p)
		}
	}
}

// no knows no further columns.
func no(string) bool { return false }

// plan makes the entry of a row.
func (r *reading) plan(x *row, shard string, body entry.Body) Planned {
	first := events.Revision(0)
	e := entry.Entry{
		Kind: body.Kind(), Programme: r.target.Programme, Inspection: r.target.Inspection,
		OccurredAt: r.target.OccurredAt, ExpectedRevision: &first, Body: body,
	}
	e.ID = idOf(e)
	return Planned{Entry: e, Shard: shard, row: x}
}

// namespace is the name space of derived entry ids (RFC 9562, version 5).
var namespace = uuid.MustParse("5f0c3f0e-7a53-5d0e-9c43-3a8f1f6b9d21")

// idOf derives an entry's id from its content.
func idOf(e entry.Entry) uuid.UUID {
	e.ID = namespace
	content, err := e.Canonical()
	if err != nil {
		content = fmt.Appendf(nil, "%v", e) // refused at the door; any id will do
	}
	return uuid.NewSHA1(namespace, content)
}
