package policy

import (
	"fmt"
	"slices"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
	"github.com/go-json-experiment/json"
)

// checkEnums reports the first entity in p that the schema enumerates without it,
// e.g. TokenRole::"king". The validator of cedar-go v1.9 looks only at the type
// of such an entity, so that a misspelt role in a prohibition would pass.
//
// It goes through the JSON form of the policy, where every entity is an object
// with the strings "type" and "id", and no other object has these two as strings.
func checkEnums(r *resolved.Schema, p *cedar.Policy) error {
	text, err := p.MarshalJSON()
	if err != nil {
		return fmt.Errorf("write as JSON: %w", err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return fmt.Errorf("read its JSON: %w", err)
	}
	return walk(r, tree)
}

func walk(r *resolved.Schema, node any) error {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			if err := walk(r, child); err != nil {
				return err
			}
		}
	case map[string]any:
		of, isType := n["type"].(string)
		id, isID := n["id"].(string)
		enum, isEnum := r.Enums[types.EntityType(of)]
		uid := types.NewEntityUID(types.EntityType(of), types.String(id))
		if isType && isID && isEnum && !slices.Contains(enum.Values, uid) {
			return fmt.Errorf("%s is not one of %v", uid, enum.Values)
		}
		for _, child := range n {
			if err := walk(r, child); err != nil {
				return err
			}
		}
	}
	return nil
}
