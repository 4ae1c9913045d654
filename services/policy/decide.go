package policy

import (
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/identity"
)

// Request asks whether someone may do something.
type Request struct {
	// Identity is who asks; see services/identity.
	Identity identity.Identity
	// MemberRole is the role that team events give Identity.Subject in Inspection;
	// "" for none, or where Inspection is "".
	MemberRole events.Role
	// Action is what is to be done.
	Action Action
	// Programme is needed for actions on a programme. For those on an inspection it
	// is the inspection's programme, where known.
	Programme events.Programme
	// Inspection is needed for actions on an inspection. A request that names an
	// inspection gives it for every action: a narrowed token is held against it.
	Inspection events.InspectionID
	// Submitter is, for [ReadReceipt], who sent the submission; "" if not known.
	Submitter events.Actor
}

// Decide reports whether r is allowed, and why: the reason names the policies
// that decided, or says that none permits the action or what the request lacks.
// It holds no ids of persons, cases or inspections.
func (s *Set) Decide(r Request) (allowed bool, reason string) {
	t, known := s.targets[r.Action]
	if !known {
		return false, "the action is unknown"
	}
	if r.Identity.Subject == "" {
		return false, "the request has no identity"
	}
	w, lack := describe(r, t)
	if lack != "" {
		return false, string(r.Action) + " needs " + lack
	}
	w.actions = s.actions
	decision, diagnostic := cedar.Authorize(s.policies, &w, cedar.Request{
		Principal: w.person.UID,
		Action:    types.EntityUID{Type: typeAction, ID: types.String(r.Action)},
		Resource:  w.resource.UID,
		Context:   about(r),
	})
	if len(diagnostic.Errors) > 0 {
		// Cedar passes over a policy that fails; one that forbids must not be lost.
		return false, "failed: " + string(diagnostic.Errors[0].PolicyID)
	}
	switch {
	case decision == cedar.Allow:
		return true, "permitted by " + ids(diagnostic.Reasons)
	case len(diagnostic.Reasons) > 0:
		return false, "forbidden by " + ids(diagnostic.Reasons)
	default:
		return false, "no policy permits " + string(r.Action)
	}
}

// world holds the entities of one decision; it implements cedar's EntityGetter.
type world struct {
	person, resource types.Entity
	actions          map[types.EntityUID]types.Entity
}

// Get is the entity with that uid.
func (w *world) Get(uid types.EntityUID) (types.Entity, bool) {
	switch uid.Type {
	case typeAction:
		e, ok := w.actions[uid]
		return e, ok
	case typePerson:
		return w.person, uid == w.person.UID
	default:
		return w.resource, uid == w.resource.UID
	}
}

// describe makes the person and the resource of r, or says what r lacks.
func describe(r Request, t target) (w world, lack string) {
	parents := []types.EntityUID{{Type: typeTokenRole, ID: types.String(r.Identity.Role)}}
	switch {
	case t.inspection && r.Inspection != "":
		w.resource.UID = inspection(r.Inspection)
		if r.Programme != "" {
			w.resource.Parents = types.NewEntityUIDSet(programme(r.Programme))
		}
		if r.MemberRole != "" {
			parents = append(parents, types.EntityUID{Type: typeMemberRole, ID: types.String(r.MemberRole)})
		}
	case t.programme && r.Programme != "":
		w.resource.UID = programme(r.Programme)
	case t.installation:
		w.resource.UID = types.EntityUID{Type: typeInstallation, ID: "aboveline"}
	case t.inspection && t.programme:
		return w, "an inspection or a programme"
	case t.inspection:
		return w, "an inspection"
	default:
		return w, "a programme"
	}
	w.person.UID = person(r.Identity.Subject)
	w.person.Parents = types.NewEntityUIDSet(parents...)
	if scope := r.Identity.Inspection; scope != "" {
		w.person.Attributes = types.NewRecord(types.RecordMap{"scope": inspection(scope)})
	}
	return w, ""
}

// about is the context of the request.
func about(r Request) types.Record {
	if r.Inspection == "" && r.Submitter == "" {
		return types.Record{}
	}
	m := types.RecordMap{}
	if r.Inspection != "" {
		m["inspection"] = inspection(r.Inspection)
	}
	if r.Submitter != "" {
		m["submitter"] = person(r.Submitter)
	}
	return types.NewRecord(m)
}

func person(a events.Actor) types.EntityUID {
	return types.EntityUID{Type: typePerson, ID: types.String(a)}
}

func programme(p events.Programme) types.EntityUID {
	return types.EntityUID{Type: typeProgramme, ID: types.String(p)}
}

func inspection(i events.InspectionID) types.EntityUID {
	return types.EntityUID{Type: typeInspection, ID: types.String(i)}
}

func ids(reasons []types.DiagnosticReason) string {
	names := make([]string, len(reasons))
	for i, r := range reasons {
		names[i] = string(r.PolicyID)
	}
	return strings.Join(names, ", ")
}
