package policy

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/identity"
)

//go:embed schema.cedarschema
var schemaSource []byte

// Types of entities in the schema.
const (
	typePerson       types.EntityType = "Person"
	typeTokenRole    types.EntityType = "TokenRole"
	typeMemberRole   types.EntityType = "MemberRole"
	typeProgramme    types.EntityType = "Programme"
	typeInspection   types.EntityType = "Inspection"
	typeInstallation types.EntityType = "Installation"
	typeAction       types.EntityType = "Action"
)

// target says which resources an action takes.
type target struct {
	inspection, programme, installation bool
}

// parseSchema reads the schema and checks that it speaks of the actions and roles
// that this release has, no fewer and no more.
func parseSchema(name string, source []byte) (*resolved.Schema, error) {
	var s schema.Schema
	s.SetFilename(name)
	if err := s.UnmarshalCedar(source); err != nil {
		return nil, fmt.Errorf("policy: schema %s: %w", name, err)
	}
	r, err := s.Resolve()
	if err != nil {
		return nil, fmt.Errorf("policy: schema %s: %w", name, err)
	}
	var actions []Action
	for uid, a := range r.Actions {
		if a.AppliesTo != nil { // the others are groups
			actions = append(actions, Action(uid.ID))
		}
	}
	if err := same("actions", actions, Actions()); err != nil {
		return nil, fmt.Errorf("policy: schema %s: %w", name, err)
	}
	if err := same("token roles", roles(r, typeTokenRole), identity.Roles()); err != nil {
		return nil, fmt.Errorf("policy: schema %s: %w", name, err)
	}
	if err := same("member roles", roles(r, typeMemberRole), events.TeamRoles()); err != nil {
		return nil, fmt.Errorf("policy: schema %s: %w", name, err)
	}
	return r, nil
}

func roles(r *resolved.Schema, of types.EntityType) []events.Role {
	var names []events.Role
	for _, uid := range r.Enums[of].Values {
		names = append(names, events.Role(uid.ID))
	}
	return names
}

// same reports the first name that only one of the lists has.
func same[T ~string](what string, have, want []T) error {
	for _, n := range have {
		if !slices.Contains(want, n) {
			return fmt.Errorf("%s: %q is unknown to this release, which has %q", what, n, want)
		}
	}
	for _, n := range want {
		if !slices.Contains(have, n) {
			return fmt.Errorf("%s: %q is missing", what, n)
		}
	}
	return nil
}

// targets are the resources that each action takes.
func targets(r *resolved.Schema) map[Action]target {
	all := map[Action]target{}
	for uid, a := range r.Actions {
		if a.AppliesTo == nil {
			continue
		}
		all[Action(uid.ID)] = target{
			inspection:   slices.Contains(a.AppliesTo.Resources, typeInspection),
			programme:    slices.Contains(a.AppliesTo.Resources, typeProgramme),
			installation: slices.Contains(a.AppliesTo.Resources, typeInstallation),
		}
	}
	return all
}
