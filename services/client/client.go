package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aboveline/aboveline/services/api"
)

// Client calls the HTTP API with one token. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New makes a client of the server at a base URL such as http://127.0.0.1:8080.
func New(base, token string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return nil, fmt.Errorf("client: %q is not a server URL such as http://127.0.0.1:8080", base)
	}
	return &Client{
		base: strings.TrimSuffix(base, "/"), token: token,
		http: &http.Client{Transport: &http.Transport{
			MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, Proxy: http.ProxyFromEnvironment,
		}},
	}, nil
}

// TokenFrom reads a token file, as `aboveline token` and `aboveline serve` write
// them.
func TokenFrom(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("client: token file: %w", err)
	}
	t := strings.TrimSpace(string(b))
	if t == "" {
		return "", fmt.Errorf("client: token file %s is empty", path)
	}
	return t, nil
}

// do sends a JSON body, if any, and decodes a JSON answer, if wanted.
func (c *Client) do(ctx context.Context, method, path string, body, out any) error {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("client: %w", err)
		}
		in = bytes.NewReader(b)
	}
	res, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("client: answer of %s %s: %w", method, path, err)
	}
	return nil
}

// send returns an answer that is a success; anything else is an [*Error].
func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	if res.StatusCode < http.StatusBadRequest {
		return res, nil
	}
	defer res.Body.Close()
	return nil, problem(res.StatusCode, res.Body)
}

func problem(status int, body io.Reader) error {
	e := &Error{Status: status, Problem: api.Problem{Status: status}}
	b, err := io.ReadAll(io.LimitReader(body, 1<<20))
	if err == nil {
		err = json.Unmarshal(b, &e.Problem)
	}
	if err != nil {
		e.Problem.Detail = fmt.Sprintf("the server answered %d %s", status, http.StatusText(status))
	}
	return e
}

// again waits a little between tries; false when the context ended.
func again(ctx context.Context, try int) bool {
	t := time.NewTimer(min(time.Duration(try+1)*200*time.Millisecond, 2*time.Second))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

var errGone = errors.New("client: no receipts")
