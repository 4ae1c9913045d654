package framework

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Parse reads a framework file; name is what problems call the file. The error
// is [Problems], with everything that is wrong with the file: where bytes, YAML
// or nesting are wrong these alone, otherwise all that is wrong with fields,
// references and rules. Source is copied.
func Parse(name string, source []byte) (*Framework, error) {
	found := &findings{file: name}
	text, ok := readable(found, source)
	if !ok {
		return nil, found.err()
	}
	root := document(found, text)
	if root == nil {
		return nil, found.err()
	}
	sum := sha256.Sum256(source)
	r := &reader{
		f:    &Framework{Hash: hex.EncodeToString(sum[:]), Source: slices.Clone(source), name: name},
		text: newLines(text),
		ids:  map[string]value{},
		end:  lastLine(text),
	}
	r.read(value{f: found, node: root, at: placeOf(root)})
	if err := found.err(); err != nil {
		return nil, err
	}
	return r.f, nil
}

// reader turns the fields of a file into a framework, checking references as it
// goes: what is referred to is read first, wherever in the file it stands.
type reader struct {
	f    *Framework
	text lines
	end  int
	// ids are the ids of the questions of all lists, which share one namespace.
	ids map[string]value
	// rules are the relevance rules, in the order of Framework.Questions.
	rules []value
	lists map[string][]AskedQuestion
	// values counts the values of all attributes.
	values int
	// uncertain is set when values or answers have problems: what a rule can
	// come to is then not known.
	uncertain bool
}

var topLevel = []string{
	"meta", "outcomes", "sections", "criteria", "absent_cells", "wording_scale", "scales", "questions",
	"information_questions", "interview_breakdowns", "victim_contact_measures", "offending_factors",
	"case_attributes", "instruments", "bands",
}

const (
	interviewPrefix     = "interview_"
	questionnairePrefix = "questionnaire_"
	breakdowns          = "interview_breakdowns"
)

func (r *reader) read(root value) {
	if _, ok := root.node.(ast.MapNode); !ok {
		root.problem("must be a mapping of fields such as meta, outcomes and questions; it is %s", root.kind())
		return
	}
	top, ok := root.objectOf(func(name string) string {
		list := strings.HasPrefix(name, interviewPrefix) || strings.HasPrefix(name, questionnairePrefix)
		if list || slices.Contains(topLevel, name) {
			return ""
		}
		known := append(slices.Clone(topLevel), "interview_<role>", "questionnaire_<name>")
		return fmt.Sprintf("unknown field %q; %s", name, choices("fields here", name, known))
	})
	if !ok {
		return
	}
	for _, name := range []string{"meta", "outcomes", "sections", "criteria", "questions"} {
		if !top.field(name).given() {
			root.f.add(place{r.end, 1}, "", "the file ends here without %s", name)
		}
	}
	r.meta(top)
	r.outcomes(top)
	r.sections(top)
	r.absentCells(top)
	r.criteria(top)
	r.bands(top)
	r.wordingScale(top)
	before := len(root.f.found)
	r.scales(top)
	r.attributes(top)
	r.uncertain = len(root.f.found) > before
	r.questions(top)
	r.interviews(top)
	r.questionnaires(top)
	r.measures(top)
	r.factors(top)
	r.f.buildIndex()
	r.compileRules(root.f)
}

// items gives the objects of a top-level list, each with its fields checked.
func (r *reader) items(top object, name string, known ...string) []object {
	v := top.field(name)
	if !v.given() {
		return nil
	}
	var items []object
	for _, item := range v.list() {
		if o, ok := item.object(known...); ok {
			items = append(items, o)
		}
	}
	return items
}

// unique reports a name that was used before in seen, and remembers it.
func unique[K comparable](seen map[K]value, key K, at value, what string) bool {
	if first, ok := seen[key]; ok {
		at.problem("%s %v is already used on line %d", what, key, first.at.line)
		return false
	}
	seen[key] = at
	return true
}

func lastLine(text string) int {
	return 1 + strings.Count(strings.TrimRight(text, "\r\n"), "\n")
}
