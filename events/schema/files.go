package schema

import (
	"fmt"
	"reflect"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
)

// Generated is everything that is made from the types.
type Generated struct {
	// Files are the texts of all files but versions.lock, by name.
	Files map[string][]byte
	// Kinds are the schemas of the kinds of events without what does not change the
	// shape ($schema, $id, title): what a [Lock] holds the hash of.
	Kinds map[events.Kind][]byte
}

// Generate makes the files for a registry.
func Generate(r *events.Registry) (*Generated, error) {
	g := &Generated{Files: map[string][]byte{}, Kinds: map[events.Kind][]byte{}}
	for _, k := range r.Kinds() {
		t, _ := r.GoType(k)
		s, err := structSchema(t)
		if err != nil {
			return nil, err
		}
		if g.Kinds[k], err = s.encode(); err != nil {
			return nil, err
		}
		if err := g.add(eventFile(k), fmt.Sprintf("%s, version %d", k.Type, k.Version), s); err != nil {
			return nil, err
		}
	}
	for _, k := range entry.Kinds() {
		s, err := entrySchema(k)
		if err != nil {
			return nil, err
		}
		if err := g.add(entryFile(k), "Entry of the kind "+string(k), s); err != nil {
			return nil, err
		}
	}
	if err := g.addWhole(); err != nil {
		return nil, err
	}
	doc, err := asyncAPI(r)
	if err != nil {
		return nil, err
	}
	g.Files["asyncapi.yaml"] = doc
	return g, nil
}

// addWhole adds what is neither one kind of event nor one kind of entry.
func (g *Generated) addWhole() error {
	if err := g.add("entry.json", "Entry that a client submits", anyEntry()); err != nil {
		return err
	}
	if err := g.add("submission.json", "Submission", submissionSchema()); err != nil {
		return err
	}
	for _, f := range []struct {
		file, title string
		goType      reflect.Type
	}{
		{"receipt.json", "Receipt of one entry", reflect.TypeFor[entry.Receipt]()},
		{"reply.json", "Reply to a submission", reflect.TypeFor[entry.Reply]()},
		{"recorded.json", "Recorded event", reflect.TypeFor[codec.Message]()},
	} {
		s, err := structSchema(f.goType)
		if err != nil {
			return err
		}
		if err := g.add(f.file, f.title, s); err != nil {
			return err
		}
	}
	return nil
}

func (g *Generated) add(file, title string, s *Schema) error {
	text, err := s.document(file, title).encode()
	if err != nil {
		return err
	}
	g.Files[file] = text
	return nil
}

func eventFile(k events.Kind) string { return fmt.Sprintf("%s.v%d.json", k.Type, k.Version) }

func entryFile(k entry.Kind) string { return fmt.Sprintf("entry-%s.json", k) }
