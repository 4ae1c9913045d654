package policy

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
)

//go:embed policies.cedar
var policiesSource []byte

// Set is a set of policies that has been checked against the schema.
type Set struct {
	policies list
	targets  map[Action]target
	actions  map[types.EntityUID]types.Entity // with their groups
}

// Embedded is the set built into the binary.
func Embedded() (*Set, error) {
	return compile([]source{{"policies.cedar", policiesSource}})
}

// Load reads every *.cedar file at the root of fsys. The error names every policy
// that does not parse, has no @id or one that another has, or does not fit the
// schema (an unknown action, role, attribute or type). A place without policies
// is an error.
func Load(fsys fs.FS) (*Set, error) {
	names, err := fs.Glob(fsys, "*.cedar")
	if err != nil {
		return nil, fmt.Errorf("policy: load: %w", err)
	}
	var sources []source
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("policy: load: %w", err)
		}
		sources = append(sources, source{name, text})
	}
	return compile(sources)
}

// source is one file of policies.
type source struct {
	name string
	text []byte
}

func compile(sources []source) (*Set, error) {
	r, err := parseSchema("schema.cedarschema", schemaSource)
	if err != nil {
		return nil, err
	}
	set := &Set{targets: targets(r), actions: map[types.EntityUID]types.Entity{}}
	for uid, a := range r.Actions {
		set.actions[uid] = a.Entity
	}
	validator := validate.New(r, validate.WithStrict())
	seen := map[types.PolicyID]string{}
	var problems []error
	for _, src := range sources {
		list, err := cedar.NewPolicyListFromBytes(src.name, src.text)
		if err != nil {
			problems = append(problems, fmt.Errorf("policy: %s: %w", src.name, err))
			continue
		}
		for _, p := range list {
			where := fmt.Sprintf("%s:%d", src.name, p.Position().Line)
			id := types.PolicyID(p.Annotations()["id"])
			switch first, double := seen[id]; {
			case id == "":
				problems = append(problems, fmt.Errorf(`policy: %s: no name; write @id("…") above it`, where))
			case double:
				problems = append(problems, fmt.Errorf("policy: %s: %q is also the id of %s", where, id, first))
			default:
				seen[id] = where
			}
			err := errors.Join(validator.Policy("", (*ast.Policy)(p.AST())), checkEnums(r, p))
			if err != nil {
				text := strings.ReplaceAll(err.Error(), "\n", "; ")
				problems = append(problems, fmt.Errorf("policy: %s: %q does not fit the schema: %s", where, id, text))
			}
			set.policies = append(set.policies, named{id, p})
		}
	}
	if len(set.policies) == 0 && len(problems) == 0 {
		return nil, errors.New("policy: no policies; want at least one in a file that ends in .cedar")
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	slices.SortFunc(set.policies, func(a, b named) int { return strings.Compare(string(a.id), string(b.id)) })
	return set, nil
}
