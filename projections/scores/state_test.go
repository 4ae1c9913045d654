package scores_test

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
)

// table is what a database would hold after the rows of every Delta were written.
type table struct {
	frameworks  []scores.FrameworkRow
	inspections map[events.InspectionID]scores.InspectionRow
	cases       map[string]scores.CaseRow
	answers     map[string]scores.AnswerRow
	tallies     map[string]scores.TallyRow
}

func newTable() *table {
	return &table{
		inspections: map[events.InspectionID]scores.InspectionRow{}, cases: map[string]scores.CaseRow{},
		answers: map[string]scores.AnswerRow{}, tallies: map[string]scores.TallyRow{},
	}
}

func (b *table) write(t *rapid.T, d scores.Delta) {
	t.Helper()
	b.frameworks = append(b.frameworks, d.Frameworks...)
	for _, row := range d.Inspections {
		b.inspections[row.Inspection] = row
	}
	once := map[string]bool{}
	seen := func(key string) {
		if once[key] {
			t.Fatalf("row %s comes twice in one delta", key)
		}
		once[key] = true
	}
	for _, row := range d.Cases {
		key := "case " + string(row.Inspection) + " " + string(row.Case)
		seen(key)
		b.cases[key] = row
	}
	for _, row := range d.Answers {
		key := "answer " + string(row.Inspection) + " " + string(row.Case) + " " + string(row.Question)
		seen(key)
		b.answers[key] = row
	}
	for _, row := range d.Tallies {
		key := "tally " + string(row.Inspection) + " " + string(row.Question)
		seen(key)
		b.tallies[key] = row
	}
}

func (b *table) state() scores.State {
	return scores.State{
		Frameworks: b.frameworks, Inspections: values(b.inspections), Cases: values(b.cases),
		Answers: values(b.answers), Tallies: values(b.tallies),
	}
}

func values[K comparable, V any](m map[K]V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, v := range m {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// The rows of the deltas are the state; a fold restored from them behaves as the
// one that wrote them, wherever the cut is.
func TestRestoredFoldBehavesAsTheOriginal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, _ := drawProgramme(t, 50)
		cut := rapid.IntRange(0, len(s.items)).Draw(t, "cut")
		original, rows := scores.New(), newTable()
		for k := range s.items[:cut] {
			applyAll(t, original, s.items[k:k+1])
			if rapid.Bool().Draw(t, "take") {
				rows.write(t, original.Take())
			}
		}
		rows.write(t, original.Take())
		compareStates(t, original.State(), rows.state())
		restored, err := scores.Restore(rows.state())
		if err != nil {
			t.Fatal(err)
		}
		compareStates(t, original.State(), restored.State())
		applyAll(t, original, s.items[cut:])
		applyAll(t, restored, s.items[cut:])
		compareStates(t, original.State(), restored.State())
		a, b := original.Take(), restored.Take()
		if d := gocmp.Diff(sortedHistory(a.History), sortedHistory(b.History), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("history (-original +restored):\n%s", d)
		}
		rows.write(t, b)
		compareStates(t, original.State(), rows.state())
	})
}

func compareStates(t *rapid.T, want, got scores.State) {
	t.Helper()
	if d := gocmp.Diff(dump(want), dump(got), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("states differ (-want +got):\n%s", d)
	}
}

type dumped struct {
	Frameworks  []scores.FrameworkRow
	Inspections []scores.InspectionRow
	Cases       []scores.CaseRow
	Answers     []scores.AnswerRow
	Tallies     []scores.TallyRow
}

func dump(s scores.State) dumped {
	return dumped{
		s.Frameworks,
		slices.SortedFunc(keys(s.Inspections), func(a, b scores.InspectionRow) int {
			return cmp.Compare(a.Inspection, b.Inspection)
		}),
		slices.SortedFunc(keys(s.Cases), func(a, b scores.CaseRow) int {
			return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Case, b.Case))
		}),
		slices.SortedFunc(keys(s.Answers), func(a, b scores.AnswerRow) int {
			return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Case, b.Case),
				cmp.Compare(a.Question, b.Question))
		}),
		sortedTallies(slices.Collect(keys(s.Tallies))),
	}
}

// sortedTallies drops rows at zero, which stand for no row.
func sortedTallies(rows []scores.TallyRow) []scores.TallyRow {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r scores.TallyRow) bool { return r.Tally == scores.Tally{} })
	slices.SortFunc(rows, func(a, b scores.TallyRow) int {
		return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Question, b.Question))
	})
	return rows
}

func sortedHistory(h []scores.Movement) []scores.Movement {
	h = slices.Clone(h)
	slices.SortStableFunc(h, func(a, b scores.Movement) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Inspection, b.Inspection),
			cmp.Compare(a.Question, b.Question))
	})
	return h
}

func keys[V any](seq iter.Seq2[V, error]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for v, err := range seq {
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

func positions[V any](m map[events.Position]V) iter.Seq[events.Position] { return maps.Keys(m) }

func TestRestoreOfNothingIsNew(t *testing.T) {
	t.Parallel()
	f, err := scores.Restore(scores.State{})
	if err != nil {
		t.Fatal(err)
	}
	if fw, revision := f.Framework(); fw != nil || revision != 0 {
		t.Errorf("framework %v, revision %d", fw, revision)
	}
	apply(t, f, hampshireScript(t).items)
	if got, _ := figures(t, f, hampshire)["outcome/4"].Percent(); got != 76 {
		t.Errorf("outcome 4 prints %d, want 76", got)
	}
}

// Rows that do not add up are refused: better no score than a wrong one.
func TestRestoreRefusesRowsThatDoNotAddUp(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		spoil func(*scores.State)
		says  string
	}{
		"a tally was changed": {func(s *scores.State) {
			tallies := s.Tallies
			s.Tallies = change(tallies, func(r *scores.TallyRow) bool { r.Tally.Above++; return true })
		}, "and the answers give"},
		"a tally is missing": {func(s *scores.State) {
			s.Tallies = change(s.Tallies, func(r *scores.TallyRow) bool { return r.Question != "4.1.07" })
		}, "167 tallies are stored, and the answers give 168"},
		"an answer is missing": {func(s *scores.State) {
			s.Answers = change(s.Answers, func(r *scores.AnswerRow) bool { return r.Case != "C001" })
		}, "and the answers give"},
		"a case is missing": {func(s *scores.State) {
			s.Cases = change(s.Cases, func(r *scores.CaseRow) bool { return r.Case != "C001" })
		}, `case "C001" of inspection "hampshire-2013": the case has not been described`},
		"the inspection is missing": {func(s *scores.State) { s.Inspections = nil }, "has not been opened"},
		"the framework is missing":  {func(s *scores.State) { s.Frameworks = nil }, "and the answers give"},
		"the framework is cut short": {func(s *scores.State) {
			s.Frameworks[0].Source = s.Frameworks[0].Source[:1000]
		}, "framework revision 1"},
		"a restored framework has another source": {func(s *scores.State) {
			again := s.Frameworks[0]
			again.Position, again.Source = 99, again.Source+"\n"
			s.Frameworks = append(s.Frameworks, again)
		}, "framework revision 1 is stored with two sources"},
		"the frameworks are out of order": {func(s *scores.State) {
			s.Frameworks = append(s.Frameworks, s.Frameworks[0])
		}, "comes after that of position"},
		"an inspection comes twice": {func(s *scores.State) {
			s.Inspections = twice(s.Inspections)
		}, "comes twice"},
		"a case comes twice": {func(s *scores.State) { s.Cases = twice(s.Cases) }, "comes twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := f.State()
			c.spoil(&s)
			if _, err := scores.Restore(s); !scores.IsBadState(err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
	for name, spoil := range map[string]func(*scores.State){
		"inspections": func(s *scores.State) { s.Inspections = fail[scores.InspectionRow](broken) },
		"cases":       func(s *scores.State) { s.Cases = fail[scores.CaseRow](broken) },
		"answers":     func(s *scores.State) { s.Answers = fail[scores.AnswerRow](broken) },
		"tallies":     func(s *scores.State) { s.Tallies = fail[scores.TallyRow](broken) },
	} {
		t.Run("reading "+name+" fails", func(t *testing.T) {
			t.Parallel()
			s := f.State()
			spoil(&s)
			if _, err := scores.Restore(s); !errors.Is(err, broken) || scores.IsBadState(err) {
				t.Errorf("error %v, want the reader's own", err)
			}
		})
	}
}

// change passes rows on, changed, leaving out those for which keep is false.
func change[V any](seq iter.Seq2[V, error], keep func(*V) bool) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for v, err := range seq {
			if keep(&v) && !yield(v, err) {
				return
			}
		}
	}
}

func twice[V any](seq iter.Seq2[V, error]) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for v, err := range seq {
			for range 2 {
				if !yield(v, err) {
					return
				}
			}
		}
	}
}

func fail[V any](err error) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		var zero V
		yield(zero, err)
	}
}
