package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

// OpenProgramme opens a programme; the code "programme_exists" says that it was
// open.
func (c *Client) OpenProgramme(ctx context.Context, p events.Programme, name string) (entry.Receipt, error) {
	return c.control(ctx, "/v1/programmes", map[string]any{"programme": p, "name": name})
}

// PublishFramework publishes a framework file made from the revision base.
func (c *Client) PublishFramework(
	ctx context.Context, p events.Programme, base int, source, reason string,
) (entry.Receipt, error) {
	body := map[string]any{"base": base, "source": source}
	if reason != "" {
		body["reason"] = reason
	}
	return c.control(ctx, programme(p)+"/framework", body)
}

// RollbackFramework makes the revision before the current one, base, the current
// one again.
func (c *Client) RollbackFramework(
	ctx context.Context, p events.Programme, base int, reason string,
) (entry.Receipt, error) {
	body := map[string]any{"base": base}
	if reason != "" {
		body["reason"] = reason
	}
	return c.control(ctx, programme(p)+"/framework/rollback", body)
}

// OpenInspection opens an inspection; the code "inspection_exists" says that its
// id is taken.
func (c *Client) OpenInspection(
	ctx context.Context, p events.Programme, i events.InspectionID, name string,
) (entry.Receipt, error) {
	return c.control(ctx, programme(p)+"/inspections", map[string]any{"inspection": i, "name": name})
}

// AddTeamMember gives an actor a role in an inspection.
func (c *Client) AddTeamMember(
	ctx context.Context, i events.InspectionID, member events.Actor, role events.Role, team events.TeamID,
) (entry.Receipt, error) {
	body := map[string]any{"member": member, "role": role}
	if team != "" {
		body["team"] = team
	}
	return c.control(ctx, inspection(i)+"/team", body)
}

// Token mints a token of the server's own issuer.
func (c *Client) Token(
	ctx context.Context, as events.Actor, role events.Role, i events.InspectionID, ttl time.Duration,
) (string, error) {
	body := map[string]any{"subject": as, "role": role}
	if i != "" {
		body["inspection"] = i
	}
	if ttl > 0 {
		body["seconds"] = int(ttl / time.Second)
	}
	var out struct {
		Token string `json:"token"`
	}
	err := c.do(ctx, http.MethodPost, "/v1/tokens", body, &out)
	return out.Token, err
}

func (c *Client) control(ctx context.Context, path string, body any) (entry.Receipt, error) {
	var r entry.Receipt
	err := c.do(ctx, http.MethodPost, path, body, &r)
	return r, err
}

func programme(p events.Programme) string { return "/v1/programmes/" + url.PathEscape(string(p)) }

func inspection(i events.InspectionID) string { return "/v1/inspections/" + url.PathEscape(string(i)) }
