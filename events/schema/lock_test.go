package schema_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/schema"
)

// changed is a judgement that someone added a field to.
type changed struct {
	Question   string         `json:"question"`
	Answer     string         `json:"answer"`
	Confidence string         `json:"confidence,omitempty"`
	Note       *events.Sealed `json:"note,omitempty"`
}

func (changed) Kind() events.Kind { return events.JudgementRecorded{}.Kind() }

// next is the same done right: as another version.
type next struct{ changed }

func (next) Kind() events.Kind {
	return events.Kind{Type: events.TypeJudgementRecorded, Version: 2}
}

// renamed has other names in Go and the shape that is locked.
type renamed struct {
	Asked events.QuestionID `json:"question"`
	Given string            `json:"answer"`
	Text  *events.Sealed    `json:"note,omitempty"`
}

func (renamed) Kind() events.Kind { return events.JudgementRecorded{}.Kind() }

func kinds(t *testing.T, zeros ...events.Event) map[events.Kind][]byte {
	t.Helper()
	r, err := events.NewRegistry(zeros...)
	if err != nil {
		t.Fatal(err)
	}
	g, err := schema.Generate(r)
	if err != nil {
		t.Fatal(err)
	}
	return g.Kinds
}

func TestLock(t *testing.T) {
	t.Parallel()
	lock, err := schema.Lock{}.Extend(kinds(t, events.JudgementRecorded{}))
	if err != nil {
		t.Fatal(err)
	}
	if lock, err = schema.ParseLock(lock.Encode()); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		zeros []events.Event
		say   string // empty: allowed
		gone  bool
	}{
		"unchanged":              {[]events.Event{events.JudgementRecorded{}}, "", false},
		"other names in Go":      {[]events.Event{renamed{}}, "", false},
		"another kind":           {[]events.Event{events.JudgementRecorded{}, events.CaseDescribed{}}, "", false},
		"a new version":          {[]events.Event{events.JudgementRecorded{}, next{}}, "", false},
		"another shape":          {[]events.Event{changed{}}, "JudgementRecorded v1 has another shape", false},
		"a new version instead":  {[]events.Event{next{}}, "JudgementRecorded v1 is gone", true},
		"another shape, also v2": {[]events.Event{changed{}, next{}}, "bump the version", false},
	} {
		extended, err := lock.Extend(kinds(t, tt.zeros...))
		if tt.say == "" {
			if err != nil || len(extended) != len(tt.zeros) {
				t.Errorf("%s: got %v, %v", name, extended, err)
			}
			continue
		}
		e, ok := errors.AsType[*schema.ChangedError](err)
		if !ok || e.Gone != tt.gone || !strings.Contains(err.Error(), tt.say) {
			t.Errorf("%s: got %v, want %q", name, err, tt.say)
		}
	}
}

func TestParseLockRefuses(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("0f", 32)
	for text, say := range map[string]string{
		"JudgementRecorded\n":                                       "line 1: want a type, a version and a hash",
		"# x\nJudgementRecorded 1 " + hash + "\n":                   "line 2: want a type, a version and a hash",
		"JudgementRecorded v1 0f\n":                                 "line 1: 0f is no SHA-256",
		"A v1 " + hash + "\nB v1 " + hash + "\nA v1 " + hash + "\n": "line 3: A v1 is there twice",
	} {
		if _, err := schema.ParseLock([]byte(text)); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: got %v, want %q", text, err, say)
		}
	}
}

type weighed struct {
	Weight float64 `json:"weight"`
}

func (weighed) Kind() events.Kind { return events.Kind{Type: "Weighed", Version: 1} }

func TestGenerateRefusesTypesThatHaveNoSchema(t *testing.T) {
	t.Parallel()
	r, err := events.NewRegistry(weighed{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := schema.Generate(r); err == nil || !strings.Contains(err.Error(), "field weight") {
		t.Errorf("got %v", err)
	}
}
