package entry_test

import (
	stdjson "encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestReceiptsInJSON(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse(submissionID)
	at := time.Date(2013, 6, 3, 13, 30, 0, 123_000, time.UTC)
	tests := []struct {
		receipt entry.Receipt
		want    string
	}{
		{
			entry.Receipt{ID: id, Status: entry.StatusRecorded, Position: 17, Revision: 1, RecordedAt: at},
			`{"id":"` + submissionID + `","status":"recorded","position":17,"revision":1,` +
				`"recorded_at":"2013-06-03T13:30:00.000123Z"}`,
		},
		{
			entry.Rejected(id, &entry.FieldError{Code: entry.CodeMissingField, Field: "case", Message: "give a case"}),
			`{"id":"` + submissionID + `","status":"rejected","code":"missing_field","field":"case","message":"give a case"}`,
		},
		{
			entry.Rejected(id, errors.New("pq: password=hunter2")),
			`{"id":"` + submissionID + `","status":"rejected","code":"malformed","message":"the entry could not be read"}`,
		},
		{
			entry.Receipt{ID: id, Status: entry.StatusConflict, Current: &entry.Current{
				Answer: "sufficient", Revision: 2, Position: 9, Actor: "anna", RecordedAt: at, OccurredAt: at, EventID: id,
			}},
			`{"id":"` + submissionID + `","status":"conflict","current":{"answer":"sufficient","revision":2,"position":9,` +
				`"actor":"anna","recorded_at":"2013-06-03T13:30:00.000123Z","occurred_at":"2013-06-03T13:30:00.000123Z",` +
				`"event_id":"` + submissionID + `"}}`,
		},
		{
			entry.Receipt{ID: id, Status: entry.StatusConflict, Current: &entry.Current{Data: []byte(`{"a":1}`)}},
			`{"id":"` + submissionID + `","status":"conflict","current":{"data":{"a":1}}}`,
		},
	}
	for _, tt := range tests {
		for name, marshal := range map[string]func(any) ([]byte, error){
			"go-json-experiment": func(v any) ([]byte, error) { return json.Marshal(v) },
			"encoding/json":      stdjson.Marshal,
		} {
			got, err := marshal(tt.receipt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		var back entry.Receipt
		if err := json.Unmarshal([]byte(tt.want), &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.receipt, back); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestOnlyAcceptedEntriesMayBeForgotten(t *testing.T) {
	t.Parallel()
	for status, want := range map[entry.Status]bool{
		entry.StatusRecorded: true, entry.StatusDuplicate: true,
		entry.StatusConflict: false, entry.StatusRejected: false, "": false, "later": false,
	} {
		if got := status.Accepted(); got != want {
			t.Errorf("%q: got %t, want %t", status, got, want)
		}
	}
}
