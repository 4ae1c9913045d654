package query_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events"
)

// longBook is an inspection of 15,000 judgements, all of which move outcome 1: 150
// questions, about 100 cases, some answers revised, a framework that changed on the
// way.
func longBook() *book {
	const questions, cases = 150, 94
	b := newBook()
	b.publish(wide(questions, `"yes"`))
	b.open("long")
	for c := range cases {
		b.describe("long", caseID(c), "1")
	}
	answers := []events.Answer{"yes", "partly", "no", "yes"}
	for c := range cases {
		for q := range questions {
			b.judge("long", caseID(c), questionID(q), answers[(c*7+q*3+c*q)%len(answers)])
		}
		if c == cases/2 {
			b.publish(wide(questions, `"yes", partly`))
		}
	}
	for k := range 15_000 - questions*cases {
		b.occurred = b.occurred.Add(time.Second)
		b.judge("long", caseID(k%cases), questionID(k%questions), answers[(k+1)%2*2])
	}
	return b
}

func caseID(c int) events.CaseID         { return events.CaseID(fmt.Sprintf("C%03d", c)) }
func questionID(q int) events.QuestionID { return events.QuestionID(fmt.Sprintf("1.1.%03d", q)) }

// wide has so many questions, all of outcome 1.
func wide(questions int, line string) string {
	head, _, _ := strings.Cut(source(`"yes"`, 1), "questions:\n")
	var w strings.Builder
	w.WriteString(head + "questions:\n")
	for q := range questions {
		fmt.Fprintf(&w, "  - {id: %q, criterion: \"1.1\", text: Question, relevant: \"true\", "+
			"answers: [\"yes\", partly, \"no\", not_applicable], above_line: [%s], outcomes: [1]}\n", questionID(q), line)
	}
	return w.String()
}

// BenchmarkReads reads an inspection of 15,000 events through HTTP, the answer read
// to its end and not decoded. The metrics are the fastest, the median and the 99th
// percentile, in milliseconds.
func BenchmarkReads(b *testing.B) {
	w := newWorld(b, longBook())
	for _, read := range []struct{ name, path string }{
		{"explain", "explanation?figure=outcome/1"},
		{"explain-last-40", "explanation?figure=outcome/1&last=40"},
		{"explain-case", "explanation?figure=outcome/1&case=C007"},
		{"explain-question", "explanation?figure=question/1.1.007"},
		{"now", "scores?"},
		{"as-of", "scores?position=7500"},
		{"as-of-framework", "scores?position=7500&framework=1"},
		{"as-of-where", "scores?position=7500&where=" + url.QueryEscape(`case.tier == "1"`)},
		{"now-where", "scores?where=" + url.QueryEscape(`case.tier == "1"`)},
		{"as-of-occurred", "scores?at_occurred=2013-07-01T09:05:00Z"},
		{"difference", "scores/difference?from=7500&to=now"},
	} {
		b.Run(read.name, func(b *testing.B) {
			var took []time.Duration
			bytes := int64(0)
			for b.Loop() {
				start := time.Now()
				bytes = fetch(b, w.url+"/v1/inspections/long/"+read.path)
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(ms(took[0]), "min-ms")
			b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
			b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
			b.ReportMetric(float64(bytes)/1000, "kB")
		})
	}
}

func fetch(b *testing.B, address string) int64 {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: status %d, %v", address, res.StatusCode, err)
	}
	return n
}
