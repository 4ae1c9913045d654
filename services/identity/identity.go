package identity

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aboveline/aboveline/events"
)

// maxID is the longest subject or inspection in a token, in bytes: as long as
// any part of an id in an entry.
const maxID = 200

// Identity is who is calling, as a verified token says.
type Identity struct {
	// Subject is the person or device; events that it causes carry it as their
	// actor. Never empty.
	Subject events.Actor
	// Role is what the token was made for: administrator or one of
	// [events.TeamRoles].
	Role events.Role
	// Inspection narrows the token to one inspection: it can do nothing in any
	// other. It gives no right there. Empty: the token is not narrowed.
	Inspection events.InspectionID
	// Expires is when the token ends, in UTC with seconds. Who serves one request
	// for long (a live feed) ends it then.
	Expires time.Time
}

// Roles are the roles that a token can have: administrator and the roles of a
// team.
func Roles() []events.Role {
	return append([]events.Role{events.RoleAdministrator}, events.TeamRoles()...)
}

type contextKey struct{}

// NewContext returns a context that carries id.
func NewContext(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// FromContext is the identity that [Authenticate] or [NewContext] put there; ok
// is false where neither did, and then nothing may be done.
func FromContext(ctx context.Context) (id Identity, ok bool) {
	id, ok = ctx.Value(contextKey{}).(Identity)
	return id, ok
}

// check reports what makes id no identity that a token may carry.
func (id Identity) check() error {
	if err := checkID("subject", string(id.Subject)); err != nil {
		return err
	}
	if !slices.Contains(Roles(), id.Role) {
		return fmt.Errorf("role %q is not one of %q", id.Role, Roles())
	}
	if id.Inspection != "" {
		return checkID("inspection", string(id.Inspection))
	}
	return nil
}

func checkID(what, s string) error {
	switch {
	case s == "":
		return fmt.Errorf("%s is empty", what)
	case len(s) > maxID:
		return fmt.Errorf("%s has %d bytes, at most %d are allowed", what, len(s), maxID)
	case !utf8.ValidString(s):
		return fmt.Errorf("%s is not UTF-8", what)
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return fmt.Errorf("%s holds a control character", what)
		}
	}
	return nil
}
