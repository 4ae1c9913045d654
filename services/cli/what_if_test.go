package cli_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/cli"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
)

// editor edits the criteria of a programme over the API while answers change.
type editor struct {
	t           *testing.T
	api         *client.Client
	random      *rand.Rand
	programme   events.Programme
	inspections []events.InspectionID
	revisions   map[events.Stream]events.Revision
}

// figureOf names a figure of an inspection.
type figureOf struct {
	inspection events.InspectionID
	figure     scores.FigureID
}

// Whatever is edited while answers change: the preview is what publishing then
// does, figure by figure, and a rollback is what was.
func TestPreviewIsWhatPublishingDoesAndRollbackUndoesIt(t *testing.T) {
	t.Parallel()
	token, err := client.TokenFrom(server.AdminTokenFile)
	if err != nil {
		t.Fatal(err)
	}
	api, err := client.New(server.URL, token)
	if err != nil {
		t.Fatal(err)
	}
	e := &editor{
		t: t, api: api, random: rand.New(rand.NewPCG(2013, 10)), programme: "looked-ahead",
		inspections: []events.InspectionID{"ahead-1", "ahead-2"}, revisions: map[events.Stream]events.Revision{},
	}
	for _, i := range e.inspections {
		code, _, problems := run(t, "import", dataset, "--inspection", string(i), "--programme", string(e.programme))
		if code != cli.ExitDone {
			t.Fatalf("exit %d: %s", code, problems)
		}
	}
	moved := 0
	for round := range 8 {
		e.judge(20)
		moved += e.round(round)
	}
	if moved < 50 {
		t.Errorf("only %d figures moved: the edits are too tame", moved)
	}
}

// round previews an edit, publishes it and, every other time, takes it back.
func (e *editor) round(n int) (moved int) {
	e.t.Helper()
	current, err := e.api.Framework(e.t.Context(), e.programme)
	if err != nil {
		e.t.Fatal(err)
	}
	source := e.edit(current.Source)
	before, revision := e.figures()
	p, err := e.api.Preview(e.t.Context(), e.programme, client.PreviewOf{Source: source})
	if err != nil {
		e.t.Fatal(err)
	}
	if p.FromRevision != current.Revision || revision != current.Revision {
		e.t.Errorf("previewed from revision %d, scores at %d, want %d", p.FromRevision, revision, current.Revision)
	}
	r, err := e.api.PublishFramework(e.t.Context(), e.programme, current.Revision, source, "")
	if err != nil {
		e.t.Fatal(err)
	}
	e.catchUp(r.Position)
	after, _ := e.figures()
	moves := map[figureOf][2]string{}
	for _, c := range p.Changes {
		moves[figureOf{c.Inspection, c.Figure}] = [2]string{exact(c.Before.Exact), exact(c.After.Exact)}
	}
	want := map[figureOf][2]string{}
	for _, all := range []map[figureOf]string{before, after} {
		for f := range all {
			if before[f] != after[f] {
				want[f] = [2]string{before[f], after[f]}
			}
		}
	}
	if d := cmp.Diff(want, moves); d != "" {
		e.t.Errorf("round %d, %v: figures (-published +previewed):\n%s", n, p.Edits, d)
	}
	if n%2 == 0 {
		return len(want)
	}
	began := time.Now()
	r, err = e.api.RollbackFramework(e.t.Context(), e.programme, e.revision(), "")
	if err != nil {
		e.t.Fatal(err)
	}
	e.catchUp(r.Position)
	e.t.Logf("rolled back, with the scores, in %s", time.Since(began).Round(time.Millisecond))
	again, revision := e.figures()
	if d := cmp.Diff(before, again); d != "" || revision != current.Revision {
		e.t.Errorf("round %d: after the rollback to revision %d figures differ (-before +after):\n%s", n, revision, d)
	}
	return len(want)
}

// revision is the current one.
func (e *editor) revision() int {
	e.t.Helper()
	f, err := e.api.Framework(e.t.Context(), e.programme)
	if err != nil {
		e.t.Fatal(err)
	}
	return f.Revision
}

func (e *editor) catchUp(to events.Position) {
	e.t.Helper()
	if err := e.api.CatchUpAll(e.t.Context(), e.programme, to, 30*time.Second); err != nil {
		e.t.Fatal(err)
	}
}

// figures are the exact values of all figures, "" for none, and their revision.
func (e *editor) figures() (map[figureOf]string, int) {
	e.t.Helper()
	all, revision := map[figureOf]string{}, 0
	for _, i := range e.inspections {
		s, err := e.api.Scores(e.t.Context(), i, client.ScoresOf{})
		if err != nil {
			e.t.Fatal(err)
		}
		revision = s.FrameworkRevision
		for _, f := range s.Figures {
			if v := exact(f.Exact); v != "" {
				all[figureOf{i, f.Figure}] = v
			}
		}
	}
	return all, revision
}

func exact(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// judge changes some answers to others of their scale.
func (e *editor) judge(n int) {
	e.t.Helper()
	f, err := e.api.Framework(e.t.Context(), e.programme)
	if err != nil {
		e.t.Fatal(err)
	}
	fw, err := framework.Parse("current", []byte(f.Source))
	if err != nil {
		e.t.Fatal(err)
	}
	for _, i := range e.inspections {
		sub := entry.Submission{ID: uuid.New()}
		for range n {
			q := &fw.Questions[e.random.IntN(len(fw.Questions))]
			c := events.CaseID(fmt.Sprintf("C%03d", 1+e.random.IntN(85)))
			stream := events.JudgementStream(i, c, q.ID)
			if _, ok := e.revisions[stream]; ok {
				continue
			}
			e.revisions[stream] = 2
			first := events.Revision(1)
			raw, err := entry.Entry{
				ID: uuid.New(), Kind: entry.KindJudgement, Programme: e.programme, Inspection: i, OccurredAt: time.Now().UTC(),
				ExpectedRevision: &first, Reason: "seen again",
				Body: entry.Judgement{Case: c, Question: q.ID, Answer: q.Answers[e.random.IntN(len(q.Answers))]},
			}.Encode()
			if err != nil {
				e.t.Fatal(err)
			}
			sub.Entries = append(sub.Entries, jsontext.Value(raw))
		}
		receipts, err := e.api.Submit(e.t.Context(), i, sub) // some are refused: the answer does not fit the case
		if err != nil {
			e.t.Fatal(err)
		}
		last := slices.MaxFunc(receipts, func(a, b entry.Receipt) int { return int(a.Position) - int(b.Position) })
		e.catchUp(last.Position)
	}
}

// edit changes up to four questions at random, and leaves a framework.
func (e *editor) edit(source string) string {
	e.t.Helper()
	for {
		edited := source
		for range 1 + e.random.IntN(4) {
			edited = e.try(edited)
		}
		if fw, err := framework.Parse("edited", []byte(edited)); err == nil {
			if from, err := framework.Parse("current", []byte(source)); err == nil && framework.Compare(from, fw).MovesScores() {
				return edited
			}
		}
	}
}

// try changes one scoring question.
func (e *editor) try(source string) string {
	list, rest, _ := strings.Cut(source, "\nquestions:\n")
	blocks := strings.SplitAfter(rest, "\n  - id: ")
	n := 1 + e.random.IntN(100)
	switch e.random.IntN(5) {
	case 0: // withdrawn
		blocks[n] = ""
		blocks[n-1] = strings.TrimSuffix(blocks[n-1], "\n  - id: ") + "\n  - id: "
	case 1: // another line
		blocks[n] = strings.NewReplacer("above_line: [sufficient]", "above_line: [sufficient, insufficient]",
			`above_line: ["yes"]`, `above_line: ["no"]`).Replace(blocks[n])
	case 2: // another criterion of the outcome
		blocks[n] = strings.NewReplacer(".1\"\n    text", ".2\"\n    text", ".2\"\n    text", ".1\"\n    text").Replace(blocks[n])
	case 3: // another rule
		if at := strings.Index(blocks[n], "    relevant:"); at >= 0 {
			end := at + strings.Index(blocks[n][at:], "\n")
			blocks[n] = blocks[n][:at] + "    relevant: 'case.gender == \"male\"'" + blocks[n][end:]
		}
	default: // shared
		share := strings.NewReplacer("outcomes: [2]", "outcomes: [2, 3]", "outcomes: [4]", "outcomes: [4, 5]")
		blocks[n] = share.Replace(blocks[n])
	}
	return list + "\nquestions:\n" + strings.Join(blocks, "")
}

// What the programme's editors keep is what they look at, with the answers of the
// moment; the preview of a draft is that of its file.
func TestADraftIsPreviewedWithTheAnswersOfNow(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "draft.yaml")
	source, err := os.ReadFile(filepath.Join(dataset, "framework.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(source), "above_line: [sufficient]\n    outcomes: [2]",
		"above_line: [sufficient, insufficient]\n    outcomes: [2]", 1)
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"import", dataset, "--inspection", "drafted-1", "--programme", "drafted"},
		{"framework", "preview", file, "--programme", "drafted", "--keep", "mild"},
		{"import", dataset, "--inspection", "drafted-2", "--programme", "drafted"},
	} {
		if code, _, problems := run(t, args...); code != cli.ExitDone {
			t.Fatalf("%v: exit %d: %s", args, code, problems)
		}
	}
	token, err := client.TokenFrom(server.AdminTokenFile)
	if err != nil {
		t.Fatal(err)
	}
	api, err := client.New(server.URL, token)
	if err != nil {
		t.Fatal(err)
	}
	var both [2]query.Preview
	for n, of := range []client.PreviewOf{{Source: edited}, {Draft: "mild"}} {
		if both[n], err = api.Preview(t.Context(), "drafted", of); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(both[0], both[1]); d != "" {
		t.Errorf("(-file +draft):\n%s", d)
	}
	seen := map[events.InspectionID]bool{}
	for _, c := range both[1].Changes {
		seen[c.Inspection] = true
	}
	if len(seen) != 2 {
		t.Errorf("the draft moves figures of %v, want both inspections", seen)
	}
}
