package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events/entry"
)

// answer is what the server says to one request.
type answer struct {
	status int
	body   string
	err    error // no answer at all
}

// server answers one request after the other; the last answer is for all later
// ones.
type server struct {
	mu       sync.Mutex
	answers  []answer
	requests []string
}

// RoundTrip implements http.RoundTripper.
func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	a := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if a.err != nil {
		return nil, a.err
	}
	if got := r.Header.Get("Authorization"); got != "Bearer secret" {
		return nil, fmt.Errorf("authorization %q", got)
	}
	return &http.Response{
		StatusCode: a.status, Body: io.NopCloser(strings.NewReader(a.body)), Header: http.Header{}, Request: r,
	}, nil
}

func to(t *testing.T, s *server) *Client {
	t.Helper()
	c, err := New("http://server/", "secret")
	if err != nil {
		t.Fatal(err)
	}
	c.http = &http.Client{Transport: s}
	return c
}

var submission = entry.Submission{
	ID: uuid.MustParse("01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f"), Entries: []jsontext.Value{jsontext.Value(`{}`)},
}

const (
	receipts = `{"submission":"01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f","receipts":[{"id":"01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f",` +
		`"status":"recorded","position":7,"revision":1}]}`
	later  = `{"submission":"01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f","receipt_url":"/v1/submissions/x"}`
	away   = `{"status":503,"code":"unavailable","detail":"the database is away"}`
	absent = `{"status":404,"code":"not_found","detail":"no receipts yet"}`
	bad    = `{"status":422,"code":"invalid","detail":"not well formed",` +
		`"errors":[{"location":"id","code":"bad_id","message":"give one"}]}`
	post = "POST /v1/inspections/i/submissions"
	get  = "GET /v1/submissions/01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f"
)

func TestSubmitWaitsForReceipts(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	tests := []struct {
		name    string
		answers []answer
		want    []string
	}{
		{"at once", []answer{{200, receipts, nil}}, []string{post}},
		{
			"server away",
			[]answer{{0, "", refused}, {503, away, nil}, {429, "", nil}, {200, receipts, nil}},
			[]string{post, post, post, post},
		},
		{
			"recorded later",
			[]answer{
				{202, later, nil},
				{404, absent, nil},
				{202, later, nil},
				{0, "", refused},
				{503, away, nil},
				{200, receipts, nil},
			},
			[]string{post, get, get, get, get, get},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{answers: tt.answers}
				got, err := to(t, s).Submit(t.Context(), "i", submission)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != 1 || got[0].Status != entry.StatusRecorded || got[0].Position != 7 {
					t.Errorf("receipts %+v", got)
				}
				if diff := cmp.Diff(tt.want, s.requests); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestSubmitGivesUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers []answer
		want    string
	}{
		{"wrong for ever", []answer{{422, bad, nil}}, "not well formed\n  id: give one"},
		{"away too long", []answer{{503, away, nil}}, "the database is away"},
		{"never recorded", []answer{{202, later, nil}}, "is stored and not recorded yet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := to(t, &server{answers: tt.answers}).Submit(ctx, "i", submission)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q in it", err, tt.want)
				}
			})
		})
	}
}

func TestCatchUp(t *testing.T) {
	t.Parallel()
	scores := func(position int) answer {
		return answer{200, fmt.Sprintf(`{"position":%d,"figures":[]}`, position), nil}
	}
	tests := []struct {
		name    string
		answers []answer
		ok      bool
	}{
		{"there", []answer{scores(9)}, true},
		{"on the way", []answer{{404, absent, nil}, scores(6), {503, away, nil}, scores(7)}, true},
		{"not to be read", []answer{{403, `{"code":"forbidden"}`, nil}}, true},
		{"too late", []answer{scores(6)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				err := to(t, &server{answers: tt.answers}).CatchUp(t.Context(), "i", 7, 10*time.Second)
				if (err == nil) != tt.ok {
					t.Errorf("got %v", err)
				}
			})
		})
	}
	if err := to(t, &server{}).CatchUp(t.Context(), "i", 0, time.Second); err != nil {
		t.Errorf("nothing to wait for: %v", err)
	}
}

func TestErrorsSayWhatAndWhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		answer answer
		want   string
		code   string
	}{
		{answer{422, bad, nil}, "not well formed\n  id: give one", "bad_id"},
		{answer{404, absent, nil}, "no receipts yet", "not_found"},
		{answer{502, "<html>Bad gateway</html>", nil}, "the server answered 502 Bad Gateway", ""},
		{answer{500, "{}", nil}, "Internal Server Error", ""},
		{answer{200, "<html>", nil}, "client: answer of GET", ""},
	}
	for _, tt := range tests {
		_, err := to(t, &server{answers: []answer{tt.answer}}).Framework(t.Context(), "p")
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%d %s: got %v, want %q", tt.answer.status, tt.answer.body, err, tt.want)
		}
		if tt.code != "" && !HasCode(err, tt.code) {
			t.Errorf("%v has not the code %s", err, tt.code)
		}
	}
	if HasCode(errors.New("other"), "invalid") || HasCode(nil, "invalid") {
		t.Error("only answers have codes")
	}
}

func TestNewAndTokenFrom(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "nonsense", "127.0.0.1:8080", "http://"} {
		if _, err := New(base, "t"); err == nil {
			t.Errorf("%q is no server", base)
		}
	}
	dir := t.TempDir()
	for name, content := range map[string]string{"good": " token\n", "empty": "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := TokenFrom(filepath.Join(dir, "good")); err != nil || got != "token" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, name := range []string{"empty", "absent"} {
		if _, err := TokenFrom(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is no token file", name)
		}
	}
}
