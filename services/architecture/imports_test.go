package architecture

import "strings"

// floors: services > projections > events.
func floors() rule {
	order := []string{"events", "projections", "services"}
	return rule{
		Name: "nothing imports upwards: services > projections > events",
		Why: "what happened must stand without what it means, and what it means without the processes that serve it; " +
			"otherwise none of them can be replayed, tested or replaced by itself",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				for i, floor := range order {
					if !p.within(floor) {
						continue
					}
					found = append(found, imports(p.Files, ", which is a floor above", func(imported string) bool {
						own, ok := strings.CutPrefix(imported, root)
						return ok && underAny(own, order[i+1:]...)
					})...)
				}
			}
			return found
		},
	}
}

// contract: the package that everybody imports.
func contract() rule {
	return rule{
		Name: "package events imports only the standard library and github.com/google/uuid",
		Why:  "every other package imports it, so whatever it needs, all of them need",
		Check: func(t tree) []finding {
			p := t.Packages["events"]
			if p == nil {
				return []finding{{"events", "has no Go files"}}
			}
			return imports(p.production(), "", func(imported string) bool {
				return !standard(imported) && imported != "github.com/google/uuid"
			})
		},
	}
}

// databases: who may talk to Postgres, and what for.
func databases() rule {
	allowed := map[string]string{
		"events/ledger":           "keeps the events",
		"events/vault":            "keeps the keys of persons beside them",
		"events/notary":           "keeps hash tiles and signed checkpoints beside them",
		"events/verify":           "reads the ledger itself, to prove it",
		"events/postgres":         "finds, runs and prepares servers",
		"projections/runner":      "keeps checkpoints and generations",
		"projections/scores/rows": "keeps the read model of the scores",
		"services":                "opens pools and reads the read models",
	}
	return rule{
		Name: "only these may import pgx, goose or database/sql: " + list(allowed),
		Why:  "everything else stays a function from values to values, which tests run by the million and no outage stops",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				if !oneOf(allowed, p) {
					found = append(found, imports(p.production(), "; it may not talk to a database", database)...)
				}
			}
			return found
		},
	}
}

// database reports whether an import path leads to a database.
func database(imported string) bool {
	return underAny(imported, "github.com/jackc/pgx", "github.com/pressly/goose", "database/sql")
}

// carrier reports whether an import path leads to NATS or watermill.
func carrier(imported string) bool {
	return underAny(imported, "github.com/nats-io", "github.com/ThreeDotsLabs")
}

// carriers: NATS and watermill.
func carriers() rule {
	return rule{
		Name: "NATS and watermill are imported in services only",
		Why: "NATS carries, Postgres remembers: an event or a score that knows how it travelled " +
			"cannot be replayed without the courier",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				if !p.within("services") {
					found = append(found, imports(p.production(), "", carrier)...)
				}
			}
			return found
		},
	}
}

// server: who may embed a NATS server.
func server() rule {
	allowed := map[string]string{"services/local": "runs the embedded server of a single machine"}
	return rule{
		Name: "only these may import the NATS server: " + list(allowed),
		Why:  "every other service must run unchanged against an external cluster",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				if !oneOf(allowed, p) && !helpsTests(p.Path) {
					found = append(found, imports(p.production(), "", func(imported string) bool {
						return within(imported, "github.com/nats-io/nats-server/v2")
					})...)
				}
			}
			return found
		},
	}
}

// testOnly: what only tests may import.
func testOnly() rule {
	forbidden := []string{
		"testing", "pgregory.net/rapid", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal/testscript",
		"go.uber.org/goleak", "github.com/ThreeDotsLabs/watermill/pubsub/tests",
	}
	return rule{
		Name: "production code imports nothing that is for tests",
		Why: "helpers of tests register flags, end the process when they fail and weaken what they touch; " +
			"a package whose job is to help tests has a name that ends in test",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				if helpsTests(p.Path) {
					continue
				}
				found = append(found, imports(p.production(), "", func(imported string) bool {
					own, ok := strings.CutPrefix(imported, root)
					return ok && helpsTests(own) || underAny(imported, forbidden...)
				})...)
			}
			return found
		},
	}
}

// helpsTests reports whether the path of a package ends in "test", like
// events/postgres/postgrestest.
func helpsTests(name string) bool { return strings.HasSuffix(name, "test") }
