package policy

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/identity"
)

//go:embed testdata/decisions.txt
var decisions string

// expectation is one cell of testdata/decisions.txt.
type expectation struct {
	name    string
	request Request
	allowed bool
}

// ask fills in what a request is about, by the words of decisions.txt.
var ask = map[string]func(*Request){
	"inspection":   func(r *Request) { r.Programme, r.Inspection = "iaow", "hampshire" },
	"programme":    func(r *Request) { r.Programme, r.MemberRole = "iaow", "" },
	"installation": func(r *Request) { r.MemberRole = "" },
	"opening":      func(r *Request) { r.Programme, r.Inspection = "iaow", "hampshire" },
	"own": func(r *Request) {
		r.Programme, r.Inspection, r.Submitter = "iaow", "hampshire", r.Identity.Subject
	},
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	rows, tokens, members := map[string]bool{}, map[events.Role]bool{}, map[events.Role]bool{}
	for _, x := range expectations(t) {
		got, reason := set.Decide(x.request)
		if got != x.allowed {
			t.Errorf("%s: allowed is %v (%s), want %v", x.name, got, reason, x.allowed)
		}
		rows[fmt.Sprint(x.request.Identity.Inspection != "", x.request.Action)] = true
		tokens[x.request.Identity.Role], members[x.request.MemberRole] = true, true
	}
	for _, a := range Actions() {
		for _, narrowed := range []bool{false, true} {
			if !rows[fmt.Sprint(narrowed, a)] {
				t.Errorf("testdata/decisions.txt has no row for %s (token narrowed: %v)", a, narrowed)
			}
		}
	}
	for _, r := range identity.Roles() {
		if !tokens[r] {
			t.Errorf("testdata/decisions.txt has no person whose token says %s", r)
		}
	}
	for _, r := range append(events.TeamRoles(), "") {
		if !members[r] {
			t.Errorf("testdata/decisions.txt has no person who is %q in the inspection", r)
		}
	}
}

// A resource kind that an action takes but no row asks about would go untested.
func TestDecisionsAskAboutEveryResource(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	asked := map[Action]target{}
	for _, x := range expectations(t) {
		a, d := asked[x.request.Action], set.targets[x.request.Action]
		switch {
		case d.inspection && x.request.Inspection != "":
			a.inspection = true
		case d.programme && x.request.Programme != "":
			a.programme = true
		default:
			a.installation = true
		}
		asked[x.request.Action] = a
	}
	if !maps.Equal(asked, set.targets) {
		t.Errorf("asked about %v, the schema has %v", asked, set.targets)
	}
}

// A policy that no row reaches is either dead or untested.
func TestDecisionsReachEveryPolicy(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	reached := map[string]bool{}
	note := func(r Request) {
		_, reason := set.Decide(r)
		_, names, _ := strings.Cut(reason, " by ")
		for id := range strings.SplitSeq(names, ", ") {
			reached[id] = true
		}
	}
	for _, x := range expectations(t) {
		note(x.request)
		x.request.Identity.Inspection = "elsewhere"
		note(x.request)
	}
	for id := range set.policies.All() {
		if !reached[string(id)] {
			t.Errorf("policy %s decided nothing in testdata/decisions.txt", id)
		}
	}
}

func embedded(t testing.TB) *Set {
	t.Helper()
	set, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func expectations(t testing.TB) []expectation {
	t.Helper()
	var (
		all      []expectation
		columns  []string
		people   = map[string]Request{}
		narrowed bool
	)
	for n, line := range strings.Split(decisions, "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || fields[0] == "#":
		case fields[0] == "person":
			people[fields[1]] = Request{
				Identity:   identity.Identity{Subject: "ann", Role: events.Role(fields[2])},
				MemberRole: events.Role(strings.Trim(fields[3], "-")),
			}
		case fields[0] == "token":
			narrowed = fields[1] == "narrowed"
		case fields[0] == "A":
			columns = fields
			if !slices.Equal(columns, slices.Sorted(maps.Keys(people))) {
				t.Fatalf("decisions.txt:%d: columns are %v, persons %v", n+1, columns, slices.Sorted(maps.Keys(people)))
			}
		default:
			if len(fields) != len(columns)+2 || ask[fields[1]] == nil {
				t.Fatalf("decisions.txt:%d: want an action, what it is about, and %d answers", n+1, len(columns))
			}
			for i, mark := range fields[2:] {
				if mark != "y" && mark != "." {
					t.Fatalf("decisions.txt:%d: answer %q, want y or .", n+1, mark)
				}
				r := people[columns[i]]
				r.Action = Action(fields[0])
				if narrowed {
					r.Identity.Inspection = "hampshire"
				}
				ask[fields[1]](&r)
				name := fmt.Sprintf("decisions.txt:%d %s of %s by %s (%s token, member %q, narrowed %v)",
					n+1, fields[0], fields[1], columns[i], r.Identity.Role, r.MemberRole, narrowed)
				all = append(all, expectation{name, r, mark == "y"})
			}
		}
	}
	return all
}
