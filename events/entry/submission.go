package entry

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Submission is what a client sends at once. Its entries are decided in order,
// each on its own unless Atomic.
type Submission struct {
	// ID is the client's own id of the submission; it becomes the causation of the
	// events.
	ID uuid.UUID `json:"submission"`
	// Atomic: either all entries are recorded or none.
	Atomic bool `json:"atomic"`
	// Entries are from 1 to [MaxEntries] JSON values, each for [Decode]; they may
	// still be wrong in any way but their syntax.
	Entries []jsontext.Value `json:"entries"`
}

// lenient reads past whatever is wrong within an entry: that is for the entry's
// own refusal to say.
func lenient() json.Options {
	return json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// DecodeSubmission reads the envelope strictly and leaves the entries as they
// are. Every error is a [*FieldError]; the submission then holds nothing but its
// ID, and that only if it could be read. The entries alias raw.
func DecodeSubmission(raw []byte) (Submission, error) {
	d := envelope{raw: raw}
	if err := json.Unmarshal(raw, &d, lenient()); err != nil {
		if d.err == nil {
			d.err = malformed(err, "")
		}
		return Submission{ID: d.out.ID}, d.err
	}
	switch {
	case !d.seen["submission"]:
		return Submission{}, missing(submissionField(), "submission")
	case len(d.out.Entries) == 0:
		return Submission{ID: d.out.ID},
			refuse(CodeMissingField, "entries", "is missing or empty: give at least one entry")
	}
	return d.out, nil
}

// Encode writes the submission as JSON that [DecodeSubmission] reads back to the
// same submission, with the entries byte for byte as they are.
func (s Submission) Encode() ([]byte, error) {
	switch {
	case s.ID == uuid.Nil:
		return nil, refuse(CodeBadID, "submission", "is the nil UUID: give "+submissionField().Hint)
	case len(s.Entries) == 0:
		return nil, refuse(CodeMissingField, "entries", "is missing or empty: give at least one entry")
	case len(s.Entries) > MaxEntries:
		return nil, tooMany(len(s.Entries))
	}
	size := 96
	for _, e := range s.Entries {
		size += len(e) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, `{"submission":"`...)
	b = append(b, s.ID.String()...)
	b = append(b, `","atomic":`...)
	b = fmt.Append(b, s.Atomic)
	b = append(b, `,"entries":[`...)
	for i, e := range s.Entries {
		if !e.IsValid(lenient()) {
			return nil, refuse(CodeMalformed, fmt.Sprintf("entries/%d", i), "is not well-formed JSON")
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	return append(b, "]}"...), nil
}

func submissionField() Field {
	f := idField()
	f.Name = "submission"
	f.Hint = `the submission's own UUID, such as "01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f"`
	return f
}

func tooMany(n int) *FieldError {
	return refuse(CodeTooLong, "entries",
		fmt.Sprintf("has %d entries: give at most %d in one submission", n, MaxEntries))
}
