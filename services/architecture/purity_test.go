package architecture

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// pure are the packages whose functions depend on their arguments only, each with
// what would break otherwise.
func pure() map[string]string {
	return map[string]string{
		"events":             "a fact does not depend on who reads it",
		"events/codec":       "the same bytes decode to the same event on every machine",
		"events/framework":   "a framework means the same at every replay",
		"events/proof":       "a proof that depends on its surroundings proves nothing",
		"projections/scores": "a rebuild gives the same scores from the same events",
	}
}

// purity: no database, network, file, clock or chance, also not through other
// packages of this repository.
func purity() rule {
	return rule{
		Name: "pure packages know no database, network, file, clock or chance: " + list(pure()),
		Why:  "replay, what-if and as-of run the same code over old events and must get the same answer, to the last digit",
		Check: func(t tree) (found []finding) {
			for _, dir := range slices.Sorted(maps.Keys(pure())) {
				p := t.Packages[dir]
				if p == nil {
					continue // not every fixture of these tests has every package
				}
				for _, dependency := range t.dependencies(p) {
					note := ""
					if dependency != p {
						note = ", and " + p.Path + " depends on it"
					}
					found = append(found, imports(dependency.production(), note, outside)...)
					found = append(found, uses(dependency, note, unrepeatable)...)
				}
			}
			return found
		},
	}
}

// outside reports whether an import path leads out of the process or to chance.
func outside(imported string) bool {
	switch imported {
	case "net/url", "net/netip", "net/mail":
		return false // they parse and open nothing
	}
	return database(imported) || carrier(imported) ||
		underAny(imported, "net", "os", "log", "syscall", "math/rand", "crypto/rand")
}

// unrepeatable reports whether a name gives another value each time.
func unrepeatable(name string) bool {
	switch pkg, function, _ := strings.Cut(name, "."); {
	case pkg == "time":
		switch function {
		case "Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local":
			return true
		}
	case strings.HasPrefix(name, "github.com/google/uuid."):
		switch strings.TrimPrefix(name, "github.com/google/uuid.") {
		case "New", "NewString", "NewRandom", "NewUUID", "NewV6", "NewV7":
			return true
		}
	}
	return false
}

// exactness: no floating point near a score.
func exactness() rule {
	exact := map[string]string{
		"projections/scores": "ratios of integers, rounded once at the end",
		"events/proof":       "bytes and counts",
	}
	return rule{
		Name: "no floating point in " + list(exact),
		Why:  "a float rounds where nobody looks, and two machines may round differently",
		Check: func(t tree) (found []finding) {
			for _, dir := range slices.Sorted(maps.Keys(exact)) {
				if p := t.Packages[dir]; p != nil {
					found = append(found, uses(p, "", floating)...)
				}
			}
			return found
		},
	}
}

// floating reports whether a name is one of floating point.
func floating(name string) bool {
	switch name {
	case "float32", "float64", "math/big.Float", "math/big.NewFloat", "math/big.ParseFloat", "strconv.ParseFloat":
		return true
	}
	return false
}

// uses finds the names in p's production code that are bad.
func uses(p *pkg, note string, bad func(name string) bool) []finding {
	var found []finding
	for _, f := range p.production() {
		for _, used := range f.Uses {
			if bad(used.Name) {
				found = append(found, at(f, used.Line, "uses %s%s", used.Name, note))
			}
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(a.Where, b.Where) })
	return slices.Compact(found)
}
