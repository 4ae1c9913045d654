package main

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
)

// Shape of the synthetic inspections: as many questions and cases as the reference
// set has.
const (
	questions = 168
	cases     = 85
	teams     = 8
)

// occurred is the inspectors' clock.
var occurred = time.Date(2013, 7, 1, 9, 0, 0, 0, time.UTC)

// drafts makes events of one kind, each the first of a stream of its own: a
// judgement with a note of 100 characters, 250 bytes of data.
type drafts struct {
	made int
	data [][]byte // by question
}

func newDrafts() (*drafts, error) {
	d := &drafts{data: make([][]byte, questions)}
	for q := range d.data {
		var err error
		d.data[q], err = codec.Encode(events.JudgementRecorded{
			Question: question(q), Answer: "sufficient",
			Note: &events.Sealed{Key: uuid.New(), Box: make([]byte, 12+80+16)},
		})
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// next makes n more.
func (d *drafts) next(n int) []ledger.Draft {
	all := make([]ledger.Draft, n)
	submission := uuid.New()
	for k := range all {
		q, c := d.made%questions, d.made/questions
		i := events.InspectionID(fmt.Sprintf("area-%03d", c/cases))
		id := uuid.New()
		name := events.CaseID(fmt.Sprintf("C%03d", c%cases))
		all[k] = ledger.Draft{
			ID: id, Stream: events.JudgementStream(i, name, question(q)), Revision: 1,
			Type: events.TypeJudgementRecorded, TypeVersion: 1,
			OccurredAt: occurred.Add(time.Duration(d.made) * time.Second),
			Actor:      events.Actor(fmt.Sprintf("inspector-%02d", c%teams)),
			Team:       events.TeamID(fmt.Sprintf("team-%d", c%teams)),
			Inspection: i, Case: name, Causation: submission, Digest: sha256.Sum256(id[:]), Data: d.data[q],
		}
		d.made++
	}
	return all
}

func question(n int) events.QuestionID {
	return events.QuestionID(fmt.Sprintf("%d.%02d", n/20+1, n%20+1))
}
