package vault_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/vault"
)

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	pool, master := ledgers.New(t), masterKey(t)
	v := vault.New(pool, master)
	other := vault.New(pool, master) // as another process would open it
	persons := rapid.SampledFrom([]vault.Person{
		vault.Subject("hampshire", "C001"), vault.Victim("hampshire", "C001"),
		vault.Interviewee("hampshire", "O01"), vault.Respondent("hampshire", "victims", "r1"),
	})
	rapid.Check(t, func(rt *rapid.T) {
		k := keyOf(t, v, persons.Draw(rt, "person"))
		aad := vault.AAD{
			Programme: programme,
			Event:     uuid.UUID(append([]byte{1}, rapid.SliceOfN(rapid.Byte(), 15, 15).Draw(rt, "event")...)),
			Field:     rapid.StringN(1, 20, -1).Draw(rt, "field"),
		}
		plain := rapid.String().Draw(rt, "plain")
		s, err := k.Seal(plain, aad)
		if err != nil {
			rt.Fatal(err)
		}
		again, err := k.Seal(plain, aad)
		if err != nil || slices.Equal(s.Box, again.Box) {
			rt.Fatalf("the same text was sealed into the same box (%v)", err)
		}
		got, err := other.Open(t.Context(), s, aad)
		if err != nil || got != plain {
			rt.Fatalf("opened %q, %v; sealed %q", got, err, plain)
		}

		elsewhere := aad
		switch rapid.IntRange(0, 2).Draw(rt, "change") {
		case 0:
			elsewhere.Field += "x"
		case 1:
			elsewhere.Event[15] ^= 1
		case 2:
			elsewhere.Programme += "x"
		}
		if _, err := v.Open(t.Context(), s, elsewhere); !vault.IsTampered(err) {
			rt.Fatalf("opened elsewhere: %v", err)
		}
		bit := rapid.IntRange(0, len(s.Box)*8-1).Draw(rt, "bit")
		s.Box[bit/8] ^= 1 << (bit % 8)
		if _, err := v.Open(t.Context(), s, aad); !vault.IsTampered(err) {
			rt.Fatalf("opened with bit %d flipped: %v", bit, err)
		}
	})
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	k := keyOf(t, vault.New(ledgers.New(t), masterKey(t)), "i/h/c/C001")
	good := place()
	for name, try := range map[string]func() (events.Sealed, error){
		"no key":       func() (events.Sealed, error) { return vault.Key{}.Seal("x", good) },
		"no programme": func() (events.Sealed, error) { return k.Seal("x", vault.AAD{Event: good.Event, Field: "note"}) },
		"no event":     func() (events.Sealed, error) { return k.Seal("x", vault.AAD{Programme: programme, Field: "note"}) },
		"no field":     func() (events.Sealed, error) { return k.Seal("x", vault.AAD{Programme: programme, Event: good.Event}) },
		"other programme": func() (events.Sealed, error) {
			return k.Seal("x", vault.AAD{Programme: "p", Event: good.Event, Field: "n"})
		},
		"not UTF-8": func() (events.Sealed, error) { return k.Seal("\xff", good) },
	} {
		if s, err := try(); err == nil || s.Box != nil {
			t.Errorf("%s: sealed", name)
		}
	}
}

func TestKeysAreStable(t *testing.T) {
	t.Parallel()
	pool, master := ledgers.New(t), masterKey(t)
	persons := make([]vault.Person, 300)
	for i := range persons {
		persons[i] = vault.Subject("hampshire", events.CaseID(fmt.Sprintf("C%03d", i)))
	}
	const processes = 6
	got := make([]map[vault.Person]string, processes)
	var group errgroup.Group
	for i := range processes {
		v := vault.New(pool, master)
		asked := append(slices.Clone(persons[i*10:]), persons[i*10]) // one is named twice
		if i%2 == 1 {
			slices.Reverse(asked)
		}
		group.Go(func() error {
			got[i] = map[vault.Person]string{}
			for chunk := range slices.Chunk(asked, 50) {
				keys, err := v.Keys(t.Context(), programme, chunk)
				if err != nil {
					return err
				}
				for person, k := range keys {
					got[i][person] = fmt.Sprintf("%s %x", k.ID(), k.Digest([]byte("content")))
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i := range processes {
		for _, person := range persons[i*10:] {
			if got[i][person] == "" || got[i][person] != got[0][person] {
				t.Fatalf("process %d has key %q of %s, process 0 has %q", i, got[i][person], person, got[0][person])
			}
		}
	}
	var n int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM vault.keys").Scan(&n); err != nil || n != len(persons) {
		t.Errorf("%d keys for %d persons (%v)", n, len(persons), err)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	v := vault.New(ledgers.New(t), masterKey(t))
	a, b := keyOf(t, v, "i/h/c/A"), keyOf(t, v, "i/h/c/B")
	elsewhere, err := v.Keys(t.Context(), "another-programme", []vault.Person{"i/h/c/A"})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		x, y := rapid.SliceOf(rapid.Byte()).Draw(rt, "x"), rapid.SliceOf(rapid.Byte()).Draw(rt, "y")
		if a.Digest(x) != a.Digest(slices.Clone(x)) {
			rt.Fatal("the digest of the same content differs")
		}
		if (a.Digest(x) == a.Digest(y)) != slices.Equal(x, y) {
			rt.Fatal("digests do not tell contents apart")
		}
		if a.Digest(x) == b.Digest(x) || a.Digest(x) == elsewhere["i/h/c/A"].Digest(x) {
			rt.Fatal("two persons share a digest")
		}
	})
}

func TestDestroyedKey(t *testing.T) {
	t.Parallel()
	pool, master := ledgers.New(t), masterKey(t)
	v := vault.New(pool, master)
	gone, stays := vault.Subject("h", "C001"), vault.Subject("h", "C002")
	note := seal(t, keyOf(t, v, gone), "a note")
	kept := seal(t, keyOf(t, v, stays), "another note")

	for i, want := range []bool{true, false} {
		if did, err := v.Destroy(t.Context(), programme, gone); err != nil || did != want {
			t.Fatalf("destroying for time %d: %v, %v", i+1, did, err)
		}
	}
	if did, err := v.Destroy(t.Context(), programme, "i/h/c/nobody"); err != nil || did {
		t.Errorf("destroying the key of nobody: %v, %v", did, err)
	}
	for name, v := range map[string]*vault.Vault{"same process": v, "another": vault.New(pool, master)} {
		if _, err := v.Open(t.Context(), note, place()); !vault.IsErased(err) {
			t.Errorf("%s: an erased text opens: %v", name, err)
		}
		if got, err := v.Open(t.Context(), kept, place()); err != nil || got != "another note" {
			t.Errorf("%s: another person's text opens as %q, %v", name, got, err)
		}
		keys, err := v.Keys(t.Context(), programme, []vault.Person{gone, stays, "i/h/c/new"})
		if !vault.IsErased(err) || len(keys) != 2 || keys[stays].ID() != kept.Key {
			t.Errorf("%s: keys of an erased person: %d, %v", name, len(keys), err)
		}
		if diff := cmp.Diff([]vault.Person{gone}, vault.Erased(err)); diff != "" {
			t.Errorf("%s: erased (-want +got):\n%s", name, diff)
		}
		if strings.Contains(err.Error(), "C001") {
			t.Errorf("%s: the error names the person: %v", name, err)
		}
	}
}

func TestOpenUnknownKey(t *testing.T) {
	t.Parallel()
	v := vault.New(ledgers.New(t), masterKey(t))
	if _, err := v.Open(t.Context(), events.Sealed{Key: uuid.New(), Box: make([]byte, 28)}, place()); !vault.IsUnknownKey(err) {
		t.Errorf("a key that never was: %v", err)
	}
}

func TestWrongMasterKey(t *testing.T) {
	t.Parallel()
	pool := ledgers.New(t)
	right, wrong := vault.New(pool, masterKey(t)), vault.New(pool, masterKey(t))
	for range 2 {
		if err := right.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s := seal(t, keyOf(t, right, "i/h/c/C001"), "a note")
	if err := wrong.Check(t.Context()); !vault.IsWrongMaster(err) {
		t.Errorf("Check with another master key: %v", err)
	}
	if _, err := wrong.Keys(t.Context(), programme, []vault.Person{"i/h/c/C002"}); !vault.IsWrongMaster(err) {
		t.Errorf("Keys with another master key: %v", err)
	}
	if _, err := wrong.Open(t.Context(), s, place()); !vault.IsWrongMaster(err) {
		t.Errorf("Open with another master key: %v", err)
	}
	none := vault.New(pool, vault.MasterKey{})
	_, err := none.Open(t.Context(), s, place())
	if err == nil || none.Check(t.Context()) == nil {
		t.Error("a vault without a master key works")
	}
}

func TestOneMasterKeyBegins(t *testing.T) {
	t.Parallel()
	pool := ledgers.New(t)
	const processes = 8
	errs := make([]error, processes)
	var group errgroup.Group
	for i := range processes {
		v := vault.New(pool, masterKey(t))
		group.Go(func() error { errs[i] = v.Check(t.Context()); return nil })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	began := 0
	for _, err := range errs {
		if err == nil {
			began++
		} else if !vault.IsWrongMaster(err) {
			t.Error(err)
		}
	}
	if began != 1 {
		t.Errorf("%d of %d master keys began the vault", began, processes)
	}
}

// refusedWith says whether err is the database's, with one of the codes.
func refusedWith(err error, codes ...string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && slices.Contains(codes, pg.Code)
}
