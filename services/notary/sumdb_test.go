package notary_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/proof"
)

// fetch is HTTP and nothing else.
func (b *bench) fetch(t *testing.T, path string) []byte {
	t.Helper()
	status, body, _ := b.get(t, b.token(t, events.RoleAdministrator), path)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, status, body)
	}
	return body
}

func (b *bench) get(t *testing.T, token, path string) (int, []byte, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		b.server.URL+"/v1/programmes/iaow%202013%2Fhampshire/log/"+path, nil)
	check(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := b.server.Client().Do(req)
	check(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(t, err)
	return res.StatusCode, body, res.Header
}

// Whoever has the public key checks all of it with golang.org/x/mod/sumdb: ten
// lines, and none of them ours.
func TestTenLines(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 300)
	older := b.fetch(t, "checkpoint")
	b.add(t, 700)
	event := b.events[136]
	b.fetch(t, "checkpoint")
	inclusion := b.fetch(t, "proof?event="+event.ID.String())
	consistency := b.fetch(t, "consistency?from=300")
	vkey, err := os.ReadFile(b.vkey)
	check(t, err)

	before, tree, err := tenLines(string(vkey), older, inclusion, consistency)
	if err != nil {
		t.Fatal(err)
	}
	if before.N != 300 || tree.N != 1000 {
		t.Errorf("the trees have %d and %d leaves", before.N, tree.N)
	}
	// And the leaf is the hash of the event as FORMAT.md of events/proof has it.
	var p struct{ Leaf tlog.Hash }
	check(t, json.Unmarshal(inclusion, &p))
	if p.Leaf != tlog.RecordHash(proof.Encode(event)) {
		t.Error("the leaf is another event's")
	}
	if strings.Contains(string(inclusion), "contents") {
		t.Error("the proof tells what the entry says")
	}
	// What is altered does not pass.
	for _, altered := range [][]byte{
		[]byte(strings.Replace(string(inclusion), `"position":137`, `"position":138`, 1)),
		[]byte(strings.Replace(string(inclusion), `\n1000\n`, `\n1001\n`, 1)),
	} {
		if _, _, err := tenLines(string(vkey), older, altered, consistency); err == nil {
			t.Errorf("accepted %s", altered)
		}
	}
}

// answer is the JSON of both proofs.
type answer struct {
	Position   int64
	Leaf       tlog.Hash
	Hashes     []tlog.Hash
	Checkpoint string
}

func tenLines(vkey string, older, inclusion, consistency []byte) (before, tree tlog.Tree, err error) {
	var i, c answer
	v, err := note.NewVerifier(strings.TrimSpace(vkey))
	err = errors.Join(err, json.Unmarshal(inclusion, &i), json.Unmarshal(consistency, &c))
	if before, err = open(older, v, err); err != nil {
		return before, tree, err
	}
	if tree, err = open([]byte(i.Checkpoint), v, err); err != nil {
		return before, tree, err
	}
	return before, tree, errors.Join(
		tlog.CheckRecord(i.Hashes, tree.N, tree.Hash, i.Position-1, i.Leaf),
		tlog.CheckTree(c.Hashes, tree.N, tree.Hash, before.N, before.Hash))
}

func open(msg []byte, v note.Verifier, err error) (t tlog.Tree, _ error) {
	if err != nil {
		return t, err
	}
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return t, err
	}
	var origin, root string
	if _, err := fmt.Sscanf(n.Text, "%s\n%d\n%s\n", &origin, &t.N, &root); err != nil {
		return t, err
	}
	t.Hash, err = tlog.ParseHash(root)
	return t, err
}

// remote reads tiles over HTTP for the library, which checks them itself.
type remote struct {
	*bench
	t *testing.T
}

func (remote) Height() int { return 8 }

func (r remote) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data[i] = r.fetch(r.t, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
	}
	return data, nil
}

func (remote) SaveTiles([]tlog.Tile, [][]byte) {}

// The tiles alone are enough for any proof.
func TestProofsFromTiles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 1000)
	vkey, err := os.ReadFile(b.vkey)
	check(t, err)
	v, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check(t, err)
	tree, err := open(b.fetch(t, "checkpoint"), v, nil)
	check(t, err)
	r := tlog.TileHashReader(tree, remote{b, t})
	path, err := tlog.ProveRecord(tree.N, 136, r)
	check(t, err)
	check(t, tlog.CheckRecord(path, tree.N, tree.Hash, 136, b.events[136].Leaf))
	grown, err := tlog.ProveTree(tree.N, 300, r)
	check(t, err)
	half, err := tlog.TreeHash(300, r)
	check(t, err)
	check(t, tlog.CheckTree(grown, tree.N, tree.Hash, 300, half))
}
