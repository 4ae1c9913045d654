package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	lognotary "github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/services/notary"
)

// Checkpoint is a signed checkpoint over everything that was recorded in the
// programme before the call, as bytes: whoever relies on it verifies it
// (events/checkpoint).
func (c *Client) Checkpoint(ctx context.Context, p events.Programme) ([]byte, error) {
	return c.raw(ctx, programme(p)+"/log/checkpoint", checkpoint.MaxNote)
}

// Tile is a hash tile of the programme's log, as bytes that nobody has checked yet:
// tlog.TileHashReader does.
func (c *Client) Tile(ctx context.Context, p events.Programme, t tlog.Tile) ([]byte, error) {
	return c.raw(ctx, programme(p)+"/log/tile/"+lognotary.TilePath(t), lognotary.Width*tlog.HashSize)
}

// Inclusion is a proof that an event is in the programme's log, not checked yet.
func (c *Client) Inclusion(ctx context.Context, p events.Programme, id events.EventID) (notary.Inclusion, error) {
	var proof notary.Inclusion
	q := url.Values{"event": {id.String()}}
	err := c.do(ctx, http.MethodGet, programme(p)+"/log/proof?"+q.Encode(), nil, &proof)
	return proof, err
}

// Consistency is a proof that the programme's log began with what it was at a size,
// not checked yet.
func (c *Client) Consistency(ctx context.Context, p events.Programme, from uint64) (notary.Consistency, error) {
	var proof notary.Consistency
	q := url.Values{"from": {strconv.FormatUint(from, 10)}}
	err := c.do(ctx, http.MethodGet, programme(p)+"/log/consistency?"+q.Encode(), nil, &proof)
	return proof, err
}

// raw reads an answer that is no JSON, of at most so many bytes.
func (c *Client) raw(ctx context.Context, path string, most int64) ([]byte, error) {
	res, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("client: answer of GET %s: %w", path, err)
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("client: the answer of GET %s has more than %d bytes", path, most)
	}
	return b, nil
}
