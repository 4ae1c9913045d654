package notary_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	xnote "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/services/audit"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/notary"
)

func TestClient(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 300)
	c := b.client(t, events.RoleAdministrator)
	key, err := checkpoint.LoadVerifier(b.vkey)
	check(t, err)
	msg, err := c.Checkpoint(t.Context(), programme)
	check(t, err)
	s, err := checkpoint.Verify(msg, key)
	check(t, err)
	if s.Size != 300 || s.Programme != programme {
		t.Errorf("checkpoint %v", s.Checkpoint)
	}
	// An event that no checkpoint covers yet gets one.
	b.add(t, 1)
	last := b.events[300]
	p, err := audit.Proof(t.Context(), c, programme, last.ID, key)
	check(t, err)
	if p.Position != 301 || p.TreeSize != 301 {
		t.Errorf("proof of %d in %d", p.Position, p.TreeSize)
	}
	tile, err := c.Tile(t.Context(), programme, tlog.Tile{H: 8, N: 1, W: 45})
	check(t, err)
	if len(tile) != 45*32 || [32]byte(tile[44*32:]) != last.Leaf {
		t.Errorf("a tile of %d bytes", len(tile))
	}
	if _, err := c.Consistency(t.Context(), programme, 300); err != nil {
		t.Error(err)
	}
	for what, alter := range map[string]func(*notary.Inclusion){
		"position":  func(p *notary.Inclusion) { p.Position-- },
		"beyond":    func(p *notary.Inclusion) { p.Position = 302 },
		"leaf":      func(p *notary.Inclusion) { p.Leaf = tlog.Hash{}.String() },
		"no leaf":   func(p *notary.Inclusion) { p.Leaf = "" },
		"hashes":    func(p *notary.Inclusion) { p.Hashes = p.Hashes[1:] },
		"hash":      func(p *notary.Inclusion) { p.Hashes = append([]string{"x"}, p.Hashes[1:]...) },
		"event":     func(p *notary.Inclusion) { p.Event = uuid.New() },
		"size":      func(p *notary.Inclusion) { p.TreeSize++ },
		"signature": func(p *notary.Inclusion) { p.Checkpoint = strings.Replace(p.Checkpoint, "\n301\n", "\n302\n", 1) },
	} {
		altered := p
		altered.Hashes = append([]string(nil), p.Hashes...)
		alter(&altered)
		if err := audit.Check(altered, programme, last.ID, key); err == nil {
			t.Errorf("a proof with another %s holds", what)
		}
	}
	if err := audit.Check(p, "another", last.ID, key); err == nil {
		t.Error("a proof holds for another programme")
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	admin, inspector := b.token(t, events.RoleAdministrator), b.token(t, events.RoleInspector)
	if status, body, _ := b.get(t, admin, "checkpoint"); status != http.StatusNotFound {
		t.Errorf("no events: %d %s", status, body)
	}
	if status, body, _ := b.get(t, admin, "tile/0/000.p/1"); status != http.StatusNotFound {
		t.Errorf("no tiles: %d %s", status, body)
	}
	b.add(t, 300)
	for path, want := range map[string]struct {
		status      int
		contentType string
		cache       string
	}{
		"checkpoint":                         {200, "text/plain; charset=utf-8", "no-cache"},
		"tile/0/000":                         {200, "application/octet-stream", "private, max-age=31536000, immutable"},
		"tile/0/001.p/44":                    {200, "application/octet-stream", "private, max-age=31536000, immutable"},
		"tile/1/000.p/1":                     {200, "application/octet-stream", "private, max-age=31536000, immutable"},
		"tile/0/001.p/45":                    {404, "application/problem+json", ""},
		"tile/0/001":                         {404, "application/problem+json", ""},
		"tile/1/000":                         {404, "application/problem+json", ""},
		"tile/entries/000":                   {404, "application/problem+json", ""},
		"tile/0/0":                           {404, "application/problem+json", ""},
		"tile/":                              {404, "application/problem+json", ""},
		"proof":                              {422, "application/problem+json", ""},
		"proof?event=x":                      {422, "application/problem+json", ""},
		"proof?event=" + uuid.New().String(): {404, "application/problem+json", ""},
		"consistency?from=0":                 {422, "application/problem+json", ""},
		"consistency?from=301":               {404, "application/problem+json", ""},
		"consistency?from=300":               {200, "application/json", ""},
	} {
		if path == "tile/0/000" {
			b.fetch(t, "checkpoint")
		}
		if strings.HasPrefix(path, "tile") {
			b.fetch(t, "checkpoint") // tiles are served once they are signed
		}
		status, body, header := b.get(t, admin, path)
		if status != want.status || header.Get("Content-Type") != want.contentType ||
			want.cache != "" && header.Get("Cache-Control") != want.cache {
			t.Errorf("%s: %d %v %.200s", path, status, header, body)
		}
	}
	for _, path := range []string{"checkpoint", "tile/0/000", "consistency?from=1", "proof?event=" + b.events[0].ID.String()} {
		if status, body, _ := b.get(t, inspector, path); status != http.StatusForbidden {
			t.Errorf("an inspector reads %s: %d %s", path, status, body)
		}
		if status, body, _ := b.get(t, "x", path); status != http.StatusUnauthorized {
			t.Errorf("nobody reads %s: %d %s", path, status, body)
		}
	}
	if _, err := b.client(t, events.RoleInspector).Checkpoint(t.Context(), programme); !client.HasCode(err, "forbidden") {
		t.Errorf("the client says %v", err)
	}
}

// New checkpoints are published, whoever asked for them.
func TestPublishes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub, err := b.nc.SubscribeSync("log.*.checkpoint")
	check(t, err)
	check(t, b.nc.Flush())
	b.add(t, 5)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.service.Run(ctx) }()
	m, err := sub.NextMsg(30 * time.Second)
	check(t, err)
	cancel()
	check(t, <-done)
	if got := b.fetch(t, "checkpoint"); m.Subject != notary.Subject(programme) || string(m.Data) != string(got) {
		t.Errorf("%s: %s\nserved: %s", m.Subject, m.Data, got)
	}
	b.add(t, 5)
	s, err := b.service.Sign(t.Context(), programme)
	check(t, err)
	m, err = sub.NextMsg(30 * time.Second)
	check(t, err)
	if string(m.Data) != string(s.Note) || strings.Contains(strings.TrimPrefix(m.Subject, "log."), " ") {
		t.Errorf("%s: %s", m.Subject, m.Data)
	}
}

// An altered ledger is not signed, and it shows.
func TestContradiction(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 300)
	b.fetch(t, "checkpoint")
	_, err := b.pool.Exec(t.Context(), `UPDATE ledger.logs SET frontier = set_byte(frontier, 9, 255 - get_byte(frontier, 9))`)
	check(t, err)
	status, body, _ := b.get(t, b.token(t, events.RoleAdministrator), "checkpoint")
	if status != http.StatusInternalServerError || !strings.Contains(string(body), "contradicts") {
		t.Errorf("%d %s", status, body)
	}
	families, err := b.metrics.Gather()
	check(t, err)
	for _, f := range families {
		if f.GetName() == "aboveline_checkpoints_refused_total" && f.GetMetric()[0].GetCounter().GetValue() == 1 {
			return
		}
	}
	t.Errorf("the refusal was not counted: %v", families)
}

func TestCosignatures(t *testing.T) {
	t.Parallel()
	secret, public, err := xnote.GenerateKey(rand.Reader, "witness.example/w1")
	check(t, err)
	known, err := checkpoint.ParseWitness(public)
	check(t, err)
	signer, err := xnote.NewSigner(secret)
	check(t, err)
	b := newBench(t, known)
	b.add(t, 3)
	msg := b.fetch(t, "checkpoint")
	vkey, err := os.ReadFile(b.vkey)
	check(t, err)
	log, err := xnote.NewVerifier(strings.TrimSpace(string(vkey)))
	check(t, err)
	n, err := xnote.Open(msg, xnote.VerifierList(log))
	check(t, err)
	cosigned, err := xnote.Sign(n, signer)
	check(t, err)

	post := func(body string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			b.server.URL+"/v1/programmes/iaow%202013%2Fhampshire/log/cosignatures", strings.NewReader(body))
		check(t, err)
		req.Header.Set("Authorization", "Bearer "+b.token(t, events.RoleAdministrator))
		req.Header.Set("Content-Type", "text/plain")
		res, err := b.server.Client().Do(req)
		check(t, err)
		check(t, res.Body.Close())
		return res.StatusCode
	}
	alone, err := xnote.Sign(&xnote.Note{Text: n.Text}, signer)
	check(t, err)
	for name, body := range map[string]string{
		"no witness": string(msg), "a witness alone": string(alone), "nothing": "", "no note": "hello",
		"altered": strings.Replace(string(cosigned), "\n3\n", "\n4\n", 1),
	} {
		if status := post(body); status < 400 || status >= 500 {
			t.Errorf("%s: %d", name, status)
		}
	}
	for range 2 { // a second time changes nothing
		if status := post(string(cosigned)); status != http.StatusOK {
			t.Fatalf("cosigned: %d", status)
		}
	}
	got := b.fetch(t, "checkpoint")
	if string(got) != string(cosigned) {
		t.Errorf("served\n%s\nwant\n%s", got, cosigned)
	}
}
