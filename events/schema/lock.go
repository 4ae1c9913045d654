package schema

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// Lock holds the lower-case hex SHA-256 of the schema of every kind of event that
// was ever committed. Its file, versions.lock, has a line for each: type, version
// ("v1"), hash, with a space between.
type Lock map[events.Kind]string

// ParseLock reads the file.
func ParseLock(text []byte) (Lock, error) {
	l := Lock{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var (
			k    events.Kind
			hash string
		)
		if _, err := fmt.Sscanf(lines.Text(), "%s v%d %s", &k.Type, &k.Version, &hash); err != nil {
			return nil, fmt.Errorf("schema: versions.lock: line %d: want a type, a version and a hash: %w", n, err)
		}
		if b, err := hex.DecodeString(hash); err != nil || len(b) != sha256.Size {
			return nil, fmt.Errorf("schema: versions.lock: line %d: %s is no SHA-256 in hex", n, hash)
		}
		if _, ok := l[k]; ok {
			return nil, fmt.Errorf("schema: versions.lock: line %d: %s v%d is there twice", n, k.Type, k.Version)
		}
		l[k] = hash
	}
	return l, lines.Err()
}

// Encode writes the file, by type and version.
func (l Lock) Encode() []byte {
	b := []byte("# The shapes of data in ledgers, written by schemagen. Lines are added, never changed.\n")
	for _, k := range l.kinds() {
		b = fmt.Appendf(b, "%s v%d %s\n", k.Type, k.Version, l[k])
	}
	return b
}

func (l Lock) kinds() []events.Kind {
	return slices.SortedFunc(maps.Keys(l), func(a, b events.Kind) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Version, b.Version))
	})
}

// Extend adds the kinds that are new. It is a [*ChangedError] if the schema of a
// locked kind is another one now, or gone.
func (l Lock) Extend(schemas map[events.Kind][]byte) (Lock, error) {
	out := maps.Clone(l)
	for _, k := range l.kinds() {
		text, ok := schemas[k]
		if !ok || sum(text) != l[k] {
			return nil, &ChangedError{Kind: k, Gone: !ok}
		}
	}
	for k, text := range schemas {
		out[k] = sum(text)
	}
	return out, nil
}

func sum(text []byte) string {
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}

// ChangedError says that the shape of a kind that ledgers may hold has changed.
type ChangedError struct {
	Kind events.Kind
	// Gone: the registry no longer has the kind.
	Gone bool
}

// Error implements error.
func (e *ChangedError) Error() string {
	k := e.Kind
	if e.Gone {
		return fmt.Sprintf("schema: %s v%d is gone from the registry, but ledgers hold such events: "+
			"register its type again, and an upcast if there is a newer version", k.Type, k.Version)
	}
	return fmt.Sprintf("schema: %s v%d has another shape than ledgers hold: bump the version. "+
		"Put %s v%d back as it was, give the new shape a Go type of its own with version %d, "+
		"and register an upcast from v%d (events/registry.go)",
		k.Type, k.Version, k.Type, k.Version, k.Version+1, k.Version)
}
