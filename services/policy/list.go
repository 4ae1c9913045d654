package policy

import (
	"iter"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

// named is a policy and its @id.
type named struct {
	id     types.PolicyID
	policy *cedar.Policy
}

// list are policies in the order of their ids; it implements
// cedar.PolicyIterator, and makes reasons come in that order.
type list []named

// All gives the policies in order.
func (l list) All() iter.Seq2[types.PolicyID, *cedar.Policy] {
	return func(yield func(types.PolicyID, *cedar.Policy) bool) {
		for _, n := range l {
			if !yield(n.id, n.policy) {
				return
			}
		}
	}
}
