package policy

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/identity"
)

// requests are all combinations of action, roles, inspection, narrowing and
// submitter.
func requests(yield func(Request) bool) {
	inspections := []events.InspectionID{"", "east", "west"}
	for _, action := range Actions() {
		for _, token := range identity.Roles() {
			for _, member := range append(events.TeamRoles(), "") {
				for _, scope := range inspections {
					for _, inspection := range inspections {
						for _, submitter := range []events.Actor{"", "ann", "bob"} {
							r := Request{
								Identity:   identity.Identity{Subject: "ann", Role: token, Inspection: scope},
								MemberRole: member, Action: action,
								Programme: "p", Inspection: inspection, Submitter: submitter,
							}
							if !yield(r) {
								return
							}
						}
					}
				}
			}
		}
	}
}

// writes are all actions in the group Write, said again here: an action that
// moves to the wrong group in the schema fails TestInvariants.
var writes = []Action{
	SubmitEntries, OpenInspection, CloseInspection, AddTeamMember, RemoveTeamMember,
	OpenProgramme, PublishFramework, ReplayProjection, RetryParked, MintToken,
}

func TestInvariants(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	n := 0
	for r := range requests {
		allowed, reason := set.Decide(r)
		if !allowed {
			continue
		}
		n++
		role := r.Identity.Role
		if s := r.Identity.Inspection; s != "" && r.Inspection != "" && s != r.Inspection {
			t.Errorf("a token narrowed to %q acts on %q: %s", s, r.Inspection, reason)
		}
		readsOnly := []events.Role{events.RoleAuditor, events.RoleAnalyst, events.RoleSupport}
		if slices.Contains(readsOnly, role) && slices.Contains(writes, r.Action) {
			t.Errorf("a token of %s does %s: %s", role, r.Action, reason)
		}
		if role != events.RoleAdministrator && r.Action == MintToken {
			t.Errorf("a token of %s mints tokens: %s", role, reason)
		}
		if role == events.RoleSupport && r.Action != ReadMetrics && r.Action != ReadParked {
			t.Errorf("a token of support does %s: %s", r.Action, reason)
		}
		if role != events.RoleAdministrator && r.MemberRole == "" && r.Action == SubmitEntries {
			t.Errorf("entries from someone in no team: %s", reason)
		}
	}
	if n == 0 {
		t.Error("nothing was allowed")
	}
}

// A role in a team must not reach beyond the inspection, even if a caller leaves
// it in a request about a programme.
func TestMemberRoleCountsInItsInspectionOnly(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	for _, a := range Actions() {
		for _, m := range events.TeamRoles() {
			with := Request{
				Identity: identity.Identity{Subject: "ann", Role: events.RoleInspector}, Action: a, Programme: "p",
			}
			without := with
			with.MemberRole = m
			got, reason := set.Decide(with)
			if want, _ := set.Decide(without); got != want {
				t.Errorf("%s as %s of no inspection: %v (%s), without the role %v", a, m, got, reason, want)
			}
		}
	}
}

func TestDecideRefusesIncompleteRequests(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	admin := identity.Identity{Subject: "admin", Role: events.RoleAdministrator}
	for _, c := range []struct {
		request Request
		want    string
	}{
		{Request{}, "the action is unknown"},
		{Request{Identity: admin, Action: "Read", Inspection: "i"}, "the action is unknown"},
		{Request{Identity: admin, Action: "readscores", Inspection: "i"}, "the action is unknown"},
		{
			Request{Identity: identity.Identity{Role: events.RoleAdministrator}, Action: ReadMetrics},
			"the request has no identity",
		},
		{Request{Identity: identity.Identity{Subject: "ann"}, Action: ReadMetrics}, "no policy permits ReadMetrics"},
		{
			Request{
				Identity:   identity.Identity{Subject: "ann", Role: "king"},
				MemberRole: "king", Action: Explain, Inspection: "i",
			},
			"no policy permits Explain",
		},
		{Request{Identity: admin, Action: SubmitEntries, Programme: "p"}, "SubmitEntries needs an inspection"},
		{Request{Identity: admin, Action: ReadFramework, Inspection: "i"}, "ReadFramework needs a programme"},
		{Request{Identity: admin, Action: ReadReceipt}, "ReadReceipt needs an inspection or a programme"},
	} {
		allowed, reason := set.Decide(c.request)
		if allowed || reason != c.want {
			t.Errorf("%+v: %v %q, want a refusal: %q", c.request, allowed, reason, c.want)
		}
	}
}

func TestReasonsNameThePolicies(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	r := Request{
		Identity:   identity.Identity{Subject: "ann", Role: events.RoleInspector},
		MemberRole: events.RoleLead, Action: ReadReceipt, Inspection: "east", Submitter: "ann",
	}
	for _, c := range []struct {
		scope events.InspectionID
		want  string
	}{
		{"", "permitted by lead-of-inspection, own-receipt"},
		{"east", "permitted by lead-of-inspection, own-receipt"},
		{"west", "forbidden by scope-other-inspection"},
	} {
		r.Identity.Inspection = c.scope
		if _, reason := set.Decide(r); reason != c.want {
			t.Errorf("narrowed to %q: %q, want %q", c.scope, reason, c.want)
		}
	}
}

// Cedar itself passes over a policy that fails, so a prohibition that overflows
// would open the door that it is to keep shut.
func TestFailingPolicyRefuses(t *testing.T) {
	t.Parallel()
	const permit = `@id("all") permit (principal, action, resource);`
	const broken = `@id("broken") forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };`
	r := Request{Identity: identity.Identity{Subject: "ann", Role: events.RoleInspector}, Action: ReadMetrics}

	open, err := Load(fstest.MapFS{"a.cedar": {Data: []byte(permit)}})
	if err != nil {
		t.Fatal(err)
	}
	if allowed, reason := open.Decide(r); !allowed {
		t.Fatalf("without the broken policy: %s", reason)
	}
	set, err := Load(fstest.MapFS{"a.cedar": {Data: []byte(permit)}, "b.cedar": {Data: []byte(broken)}})
	if err != nil {
		t.Fatal(err)
	}
	if allowed, reason := set.Decide(r); allowed || reason != "failed: broken" {
		t.Errorf("%v %q, want a refusal that names the policy", allowed, reason)
	}
}

// The attack that narrowed tokens are there against, shown with the policies of
// 10-scope.cedar left out.
func TestScopeKeepsTheDoorShut(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	open := *set
	open.policies = slices.DeleteFunc(slices.Clone(set.policies), func(n named) bool {
		return strings.HasPrefix(string(n.id), "scope-")
	})
	narrowed := func(role events.Role) identity.Identity {
		return identity.Identity{Subject: "ann", Role: role, Inspection: "east"}
	}
	for name, r := range map[string]Request{
		"member of both inspections": {
			Identity: narrowed(events.RoleInspector), MemberRole: events.RoleInspector,
			Action: SubmitEntries, Programme: "p", Inspection: "west",
		},
		"wider token by a narrowed one": {Identity: narrowed(events.RoleAdministrator), Action: MintToken},
		"figures of others by preview":  {Identity: narrowed(events.RoleAuditor), Action: PreviewFramework, Programme: "p"},
		"everyone's events":             {Identity: narrowed(events.RoleAuditor), Action: ExportEvents, Programme: "p"},
		"another's opening": {
			Identity: narrowed(events.RoleLead), Action: OpenProgramme, Programme: "p", Inspection: "west",
		},
	} {
		if allowed, reason := open.Decide(r); !allowed {
			t.Errorf("%s: the attack fails anyway (%s), so the test shows nothing", name, reason)
		}
		if allowed, reason := set.Decide(r); allowed {
			t.Errorf("%s: %s", name, reason)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	set := embedded(b)
	lead := Request{
		Identity:   identity.Identity{Subject: "ann", Role: events.RoleLead, Inspection: "east"},
		MemberRole: events.RoleLead, Action: SubmitEntries, Programme: "p", Inspection: "east",
	}
	b.Run("permitted", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if allowed, reason := set.Decide(lead); !allowed {
				b.Fatal(reason)
			}
		}
	})
	other := lead
	other.Inspection = "west"
	b.Run("forbidden", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if allowed, reason := set.Decide(other); allowed {
				b.Fatal(reason)
			}
		}
	})
}
