package ledger

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
)

// Bounds of what the ledger keeps, in bytes: of any name, of a stream, of the data
// of an event and of all data in one call of Append. MaxStream and MaxName keep
// index rows within a third of a page.
const (
	MaxName   = 256
	MaxStream = 2048
	MaxData   = 16 << 20
	MaxAppend = 128 << 20
)

// Draft is an event before the ledger gives it a place.
type Draft struct {
	// ID is the client's id of the entry.
	ID events.EventID
	// Stream and Revision: this will be the Revision-th event of Stream. Revisions
	// start at 1 and the caller leaves none out; one that exists is a conflict.
	Stream   events.Stream
	Revision events.Revision
	// Type and TypeVersion tell what Data decodes into.
	Type        events.Type
	TypeVersion int
	// OccurredAt is kept in whole microseconds, rounded down.
	OccurredAt time.Time
	Actor      events.Actor
	Team       events.TeamID
	Inspection events.InspectionID
	Case       events.CaseID
	Causation  uuid.UUID
	Digest     [32]byte
	// Data must not change until Update has returned.
	Data []byte
}

// check refuses what no column could hold or no reader could find again.
func (d *Draft) check(i int) error {
	bad := func(field, problem string) error {
		return &DraftError{Index: i, ID: d.ID, Field: field, Problem: problem}
	}
	switch {
	case d.ID == uuid.Nil:
		return bad("ID", "is zero, every event has the id of its entry")
	case d.Revision == 0 || d.Revision > events.MaxRevision:
		return bad("Revision", fmt.Sprintf("is %d, it must be from 1 to %d", d.Revision, events.MaxRevision))
	case d.TypeVersion < 1 || d.TypeVersion > math.MaxInt32:
		return bad("TypeVersion", fmt.Sprintf("is %d, versions start at 1", d.TypeVersion))
	case d.OccurredAt.Year() < 1 || d.OccurredAt.Year() > 9999:
		return bad("OccurredAt", "is not within the years 1 to 9999")
	case len(d.Data) == 0 || len(d.Data) > MaxData:
		return bad("Data", fmt.Sprintf("has %d bytes, it must have from 1 to %d", len(d.Data), MaxData))
	}
	for _, t := range [...]struct {
		field, text string
		max         int
		needed      bool
	}{
		{"Stream", string(d.Stream), MaxStream, true},
		{"Type", string(d.Type), MaxName, true},
		{"Actor", string(d.Actor), MaxName, true},
		{"Team", string(d.Team), MaxName, false},
		{"Inspection", string(d.Inspection), MaxName, false},
		{"Case", string(d.Case), MaxName, false},
	} {
		if problem := textProblem(t.text, t.max, t.needed); problem != "" {
			return bad(t.field, problem)
		}
	}
	return nil
}

func checkProgramme(p events.Programme) error {
	if problem := textProblem(string(p), MaxName, true); problem != "" {
		return fmt.Errorf("ledger: the programme's name %s", problem)
	}
	return nil
}

func textProblem(s string, most int, needed bool) string {
	switch {
	case needed && s == "":
		return "is empty"
	case len(s) > most:
		return fmt.Sprintf("has %d bytes, at most %d are kept", len(s), most)
	case !utf8.ValidString(s):
		return "is not valid UTF-8"
	case strings.IndexByte(s, 0) >= 0:
		return "holds a NUL character, which PostgreSQL cannot keep"
	}
	return ""
}
