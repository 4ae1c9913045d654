package architecture

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// source is a Go file with a package comment, importing what is given.
func source(name string, imported ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Package %s is made up.\npackage %s\n", name, name)
	for _, i := range imported {
		fmt.Fprintf(&b, "import %q\n", i)
	}
	return b.String()
}

// TestCaught feeds each rule a made-up tree that breaks it in every way it knows,
// beside code that looks alike and is right.
func TestCaught(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule  rule
		files map[string]string
		want  []finding
	}{
		{
			rule: floors(),
			files: map[string]string{
				"events/a.go":             source("events", root+"projections/scores"),
				"events/ledger/a_test.go": source("ledger", root+"services/local"),
				"projections/runner/a.go": source("runner", root+"events", root+"services/query"),
				"services/query/a.go":     source("query", root+"events", root+"projections/scores", root+"services/local"),
				"events/eventsfeed/a.go":  source("eventsfeed", "example.com/services/query"),
			},
			want: []finding{
				{"events/a.go:3", "imports projections/scores, which is a floor above"},
				{"events/ledger/a_test.go:3", "imports services/local, which is a floor above"},
				{"projections/runner/a.go:4", "imports services/query, which is a floor above"},
			},
		},
		{
			rule: contract(),
			files: map[string]string{
				"events/a.go":       source("events", "encoding/json", "github.com/google/uuid", "github.com/google/uuid/v2"),
				"events/b.go":       source("events", root+"events/codec"),
				"events/a_test.go":  source("events", "github.com/google/go-cmp/cmp"),
				"events/codec/a.go": source("codec", "github.com/go-json-experiment/json"),
			},
			want: []finding{
				{"events/a.go:5", "imports github.com/google/uuid/v2"},
				{"events/b.go:3", "imports events/codec"},
			},
		},
		{
			rule: databases(),
			files: map[string]string{
				"events/ledger/internal/rows/a.go": source("rows", "github.com/jackc/pgx/v5"),
				"events/framework/a.go":            source("framework", "github.com/jackc/pgx/v5/pgxpool"),
				"events/framework/a_test.go":       source("framework", "github.com/jackc/pgx/v5"),
				"projections/scores/a.go":          source("scores", "database/sql"),
				"projections/scores/rows/a.go":     source("rows", "github.com/jackc/pgx/v5"),
			},
			want: []finding{
				{"events/framework/a.go:3", "imports github.com/jackc/pgx/v5/pgxpool; it may not talk to a database"},
				{"projections/scores/a.go:3", "imports database/sql; it may not talk to a database"},
			},
		},
		{
			rule: carriers(),
			files: map[string]string{
				"events/ledger/a.go":      source("ledger", "github.com/nats-io/nats.go"),
				"projections/runner/a.go": source("runner", "github.com/ThreeDotsLabs/watermill/message"),
				"services/courier/a.go":   source("courier", "github.com/nats-io/nats.go/jetstream"),
			},
			want: []finding{
				{"events/ledger/a.go:3", "imports github.com/nats-io/nats.go"},
				{"projections/runner/a.go:3", "imports github.com/ThreeDotsLabs/watermill/message"},
			},
		},
		{
			rule: server(),
			files: map[string]string{
				"services/local/a.go":               source("local", "github.com/nats-io/nats-server/v2/server"),
				"services/courier/a.go":             source("courier", "github.com/nats-io/nats-server/v2/server"),
				"services/courier/couriertest/a.go": source("couriertest", "github.com/nats-io/nats-server/v2/server"),
			},
			want: []finding{{"services/courier/a.go:3", "imports github.com/nats-io/nats-server/v2/server"}},
		},
		{
			rule: purity(),
			files: map[string]string{
				"projections/scores/a.go":      source("scores", root+"events/framework", "net/url"),
				"projections/scores/a_test.go": source("scores", "os", root+"events/ledger"),
				"projections/scores/clock.go":  "package scores\nimport clock \"time\"\nvar a, b = clock.Now, clock.Hour\n",
				"events/framework/a.go":        source("framework", root+"events/rules"),
				"events/rules/a.go":            source("rules", "net/http"),
				"events/ledger/a.go":           source("ledger", "os", "net"),
			},
			want: []finding{
				{"events/rules/a.go:3", "imports net/http, and events/framework depends on it"},
				{"events/rules/a.go:3", "imports net/http, and projections/scores depends on it"},
				{"projections/scores/clock.go:3", "uses time.Now"},
			},
		},
		{
			rule: purity(),
			files: map[string]string{
				"events/a.go": "package events\nimport \"github.com/google/uuid\"\nvar a, b = uuid.New(), uuid.Nil\n",
			},
			want: []finding{{"events/a.go:3", "uses github.com/google/uuid.New"}},
		},
		{
			rule: exactness(),
			files: map[string]string{
				"projections/scores/a.go": "package scores\nimport \"math/big\"\n" +
					"var a float64\nvar b *big.Rat\nvar c *big.Float\n",
				"projections/scores/a_test.go": "package scores\nvar a float64\n",
				"services/cli/a.go":            "package cli\nvar a float64\n",
			},
			want: []finding{
				{"projections/scores/a.go:3", "uses float64"},
				{"projections/scores/a.go:5", "uses math/big.Float"},
			},
		},
		{
			rule: testOnly(),
			files: map[string]string{
				"events/ledger/a.go":                source("ledger", "pgregory.net/rapid", "testing/fstest", "flag"),
				"events/ledger/a_test.go":           source("ledger", "testing", root+"events/postgres/postgrestest"),
				"events/postgres/postgrestest/a.go": source("postgrestest", "testing"),
				"services/local/a.go":               source("local", root+"events/postgres/postgrestest"),
				"services/courier/a.go":             source("courier", "github.com/ThreeDotsLabs/watermill/pubsub/tests"),
			},
			want: []finding{
				{"events/ledger/a.go:3", "imports pgregory.net/rapid"},
				{"events/ledger/a.go:4", "imports testing/fstest"},
				{"services/courier/a.go:3", "imports github.com/ThreeDotsLabs/watermill/pubsub/tests"},
				{"services/local/a.go:3", "imports events/postgres/postgrestest"},
			},
		},
		{
			rule: names(),
			files: map[string]string{
				"services/util/a.go":       source("util"),
				"events/ledger/misc/a.go":  source("misc"),
				"services/utility/a.go":    source("utility"),
				"services/testdata/lib.go": "not Go at all",
			},
			want: []finding{
				{"events/ledger/misc", "is named misc"},
				{"services/util", "is named util"},
			},
		},
		{
			rule: docs(),
			files: map[string]string{
				"events/a.go":      source("events"),
				"events/b.go":      "package events\n",
				"events/c_test.go": source("events"),
				"events/two/a.go":  source("two"),
				"events/two/b.go":  source("two"),
				"services/a.go":    "//go:build linux\n\npackage services\n",
				"services/x_gen.go": "// Code generated by hand. DO NOT EDIT.\n\n" +
					"package services\n",
			},
			want: []finding{
				{"events/two", "has package comments in a.go and b.go"},
				{"services", "has no package comment; write doc.go"},
			},
		},
		{
			rule: sizes(),
			files: map[string]string{
				"events/long.go":      "package events" + strings.Repeat("\n", 501),
				"events/long_test.go": "package events" + strings.Repeat("\n", 600),
				"events/right.go":     "package events" + strings.Repeat("\n", 500),
				"events/generated.go": "// Code generated by sqlc. DO NOT EDIT.\n\npackage events" + strings.Repeat("\n", 900),
			},
			want: []finding{
				{"events/long.go", "has 501 lines"},
				{"events/long_test.go", "has 600 lines"},
			},
		},
		{
			rule: top(),
			files: map[string]string{
				"docs/a.md": "", "NOTES.md": "", "README.md": "",
				".golangci.yml": "", ".ci/run": "", "events/a.go": source("events"),
			},
			want: []finding{
				{"NOTES.md", "lies at the top"},
				{"docs/", "lies at the top"},
			},
		},
		{
			rule: modules(),
			files: map[string]string{
				"deploy/scripts/a.go": source("main"),
				"events/a.go":         source("events"),
				".ci/a.go":            source("main"),
			},
			want: []finding{{"deploy/scripts", "has Go files"}},
		},
	} {
		t.Run(strings.ReplaceAll(first(test.rule.Name), " ", "-"), func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, content := range test.files {
				files[name] = &fstest.MapFile{Data: []byte(content)}
			}
			tree, err := read(files)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, test.rule.Check(tree)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryRuleIsComplete: a rule without a reason is a rule that somebody will
// delete.
func TestEveryRuleIsComplete(t *testing.T) {
	t.Parallel()
	for _, rule := range rules() {
		if rule.Name == "" || rule.Why == "" || rule.Check == nil {
			t.Errorf("rule %q lacks a name, a reason or a check", rule.Name)
		}
	}
	message := rule{Name: "N", Why: "W"}.message(finding{"a.go:1", "imports b"})
	if want := "a.go:1: imports b\n\trule: N\n\twhy:  W"; message != want {
		t.Errorf("message = %q, want %q", message, want)
	}
}

// TestReadRefuses: a file that does not parse is an error, not a file passed over.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	_, err := read(fstest.MapFS{"events/a.go": &fstest.MapFile{Data: []byte("package")}})
	if err == nil || !strings.Contains(err.Error(), "events/a.go") {
		t.Errorf("read = %v, want an error that names events/a.go", err)
	}
}
