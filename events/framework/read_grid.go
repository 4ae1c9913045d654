package framework

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

func (r *reader) meta(top object) {
	v := top.field("meta")
	if !v.given() {
		return
	}
	o, ok := v.object("framework_id", "version", "published", "cases_inspected", "note")
	if !ok {
		return
	}
	r.f.ID, _, _ = o.needID("framework_id", idProblem)
	r.f.Published = o.optionalText("published")
	o.documentation("version", "note")
	if n := o.field("cases_inspected"); n.given() {
		n.integer(0, 1_000_000_000)
	}
}

func (r *reader) outcomes(top object) {
	numbers, ids := map[int]value{}, map[string]value{}
	for _, o := range r.items(top, "outcomes", "number", "id", "name", "published_score", "fact", "note") {
		out := Outcome{Name: o.needText("name")}
		o.documentation("fact", "note")
		if v := o.field("published_score"); v.given() {
			if n, ok := v.integer(0, 100); ok {
				out.PublishedScore = &n
			}
		}
		id, at, ok := o.needID("id", idProblem)
		out.ID = id
		ok = ok && unique(ids, id, at, "id")
		n, numbered := r.number(o, numbers)
		if out.Number = n; ok && numbered {
			r.f.Outcomes = append(r.f.Outcomes, out)
		}
	}
	r.atLeastOne(top, "outcomes")
}

func (r *reader) sections(top object) {
	numbers, ids := map[int]value{}, map[string]value{}
	for _, o := range r.items(top, "sections", "number", "id", "name", "criteria", "evidence", "fact", "note") {
		section := Section{Name: o.needText("name")}
		o.documentation("evidence", "fact", "note")
		id, at, ok := o.needID("id", idProblem)
		section.ID = id
		ok = ok && unique(ids, id, at, "id")
		n, numbered := r.number(o, numbers)
		section.Number = n
		if v, given := o.need("criteria"); given {
			section.Criteria, _ = v.texts(idProblem)
		}
		if ok && numbered {
			r.f.Sections = append(r.f.Sections, section)
		}
	}
	r.atLeastOne(top, "sections")
}

func (r *reader) number(o object, seen map[int]value) (int, bool) {
	v, ok := o.need("number")
	if !ok {
		return 0, false
	}
	n, ok := v.integer(1, 99)
	return n, ok && unique(seen, n, v, "number")
}

func (r *reader) atLeastOne(top object, name string) {
	if v := top.field(name); v.given() && v.kind() == "a list" && len(v.list()) == 0 {
		v.problem("empty; a framework has at least one")
	}
}

func (r *reader) absentCells(top object) {
	seen := map[string]value{}
	for _, o := range r.items(top, "absent_cells", "id", "why", "fact", "note") {
		o.documentation("why", "fact", "note")
		id, at, ok := o.needID("id", idProblem)
		if !ok || !unique(seen, id, at, "cell") {
			continue
		}
		if _, _, ok := r.cell(id); !ok {
			at.problem("%q is no cell of the grid; a cell is outcome.section, e.g. %q", id, "1.2")
			continue
		}
		r.f.AbsentCells = append(r.f.AbsentCells, id)
	}
}

// cell finds the outcome and the section whose numbers make up a criterion's id.
func (r *reader) cell(id string) (outcome, section int, ok bool) {
	for _, o := range r.f.Outcomes {
		for _, s := range r.f.Sections {
			if id == cellID(o.Number, s.Number) {
				return o.Number, s.Number, true
			}
		}
	}
	return 0, 0, false
}

func cellID(outcome, section int) string { return strconv.Itoa(outcome) + "." + strconv.Itoa(section) }

func (r *reader) criteria(top object) {
	seen := map[string]value{}
	fields := []string{
		"id", "name", "outcome", "section", "body_heading", "scored_from", "evidence", "fact", "note",
	}
	for _, o := range r.items(top, "criteria", fields...) {
		o.documentation("evidence", "fact", "note")
		c := Criterion{Name: o.needText("name"), ScoredFrom: "case-tool"}
		c.Outcome = r.reference(o, "outcome", "outcomes", outcomeNumbers(r.f))
		c.Section = r.reference(o, "section", "sections", sectionNumbers(r.f))
		if v := o.field("body_heading"); v.given() {
			c.BodyHeading, _ = v.integer(1, 99)
		}
		if v := o.field("scored_from"); v.given() {
			s, ok := v.text()
			if ok && s != "case-tool" && s != "interviews" {
				v.problem("unknown source %q; it is case-tool or interviews", s)
			}
			c.ScoredFrom = s
		}
		id, at, ok := o.needID("id", idProblem)
		if c.ID = id; ok && unique(seen, id, at, "criterion") {
			r.placeCriterion(c, at)
			r.f.Criteria = append(r.f.Criteria, c)
		}
	}
	r.atLeastOne(top, "criteria")
	r.listedCriteria(top, seen)
}

// reference reads the number of an outcome or a section.
func (r *reader) reference(o object, field, kind string, known []int) int {
	v, ok := o.need(field)
	if !ok {
		return 0
	}
	n, ok := v.integer(1, 99)
	if ok && len(known) > 0 && !slices.Contains(known, n) {
		v.problem("unknown %s %d; %s", field, n, choices(kind, strconv.Itoa(n), digits(known)))
		return 0
	}
	return n
}

func (r *reader) placeCriterion(c Criterion, at value) {
	if slices.Contains(r.f.AbsentCells, c.ID) {
		at.problem("%s is under absent_cells: the grid has no such cell", c.ID)
		return
	}
	if c.Outcome == 0 || c.Section == 0 {
		return
	}
	if want := cellID(c.Outcome, c.Section); c.ID != want {
		at.problem("a criterion's id is outcome.section: %q for outcome %d and section %d", want, c.Outcome, c.Section)
		return
	}
	for _, s := range r.f.Sections {
		if s.Number == c.Section && !slices.Contains(s.Criteria, c.ID) {
			at.problem("section %d does not list criterion %s; add it to the section's criteria", s.Number, c.ID)
		}
	}
}

// listedCriteria checks what the sections list against the criteria.
func (r *reader) listedCriteria(top object, criteria map[string]value) {
	if len(criteria) == 0 {
		return
	}
	names := criterionIDs(r.f)
	quiet := &findings{}
	for _, item := range top.field("sections").itemsOrNil() {
		item.f = quiet // read for the second time
		o, ok := item.object("number", "criteria")
		if !ok || !o.field("criteria").given() {
			continue
		}
		number, _ := o.field("number").integerOrZero()
		_, places := o.field("criteria").texts(idProblem)
		for _, v := range places {
			v.f = top.f
			id, _ := v.text()
			i := slices.IndexFunc(r.f.Criteria, func(c Criterion) bool { return c.ID == id })
			switch {
			case slices.Contains(r.f.AbsentCells, id):
				v.problem("%s is under absent_cells: the grid has no such cell", id)
			case i < 0:
				v.problem("unknown criterion %q; %s", id, choices("criteria", id, names))
			case number != 0 && r.f.Criteria[i].Section != number && r.f.Criteria[i].Section != 0:
				v.problem("criterion %s belongs to section %d", id, r.f.Criteria[i].Section)
			}
		}
	}
}

func (v value) itemsOrNil() []value {
	if !v.given() || v.kind() != "a list" {
		return nil
	}
	return v.list()
}

func (v value) integerOrZero() (int, bool) {
	if !v.given() {
		return 0, false
	}
	return v.integer(1, 99)
}

func (r *reader) bands(top object) {
	names, starts := map[string]value{}, map[int]value{}
	for _, o := range r.items(top, "bands", "name", "from", "note") {
		o.documentation("note")
		name, at, ok := o.needID("name", valueProblem)
		ok = ok && unique(names, name, at, "band")
		from, given := o.need("from")
		if !given {
			continue
		}
		n, whole := from.integer(0, 100)
		if whole && unique(starts, n, from, "percent") && ok {
			r.f.Bands = append(r.f.Bands, Band{Name: name, From: n})
		}
	}
	slices.SortFunc(r.f.Bands, func(a, b Band) int { return cmp.Compare(b.From, a.From) })
}

// wordingScale checks the words of the report and the shares they stand for.
// They document the data set; no figure is computed from them.
func (r *reader) wordingScale(top object) {
	seen := map[string]value{}
	for _, o := range r.items(top, "wording_scale", "key", "meaning", "stated", "reading", "fact", "note") {
		o.documentation("meaning", "fact", "note")
		if key, at, ok := o.needID("key", idProblem); ok {
			unique(seen, key, at, "key")
		}
		for _, name := range []string{"stated", "reading"} {
			v := o.field(name)
			if !v.given() {
				continue
			}
			if bounds, ok := v.object("eq", "lt", "le", "gt", "ge", "approx"); ok {
				for _, b := range bounds.names {
					bounds.field(b).number()
				}
			}
		}
	}
}

func outcomeNumbers(f *Framework) []int {
	var ns []int
	for _, o := range f.Outcomes {
		ns = append(ns, o.Number)
	}
	return ns
}

func sectionNumbers(f *Framework) []int {
	var ns []int
	for _, s := range f.Sections {
		ns = append(ns, s.Number)
	}
	return ns
}

func criterionIDs(f *Framework) []string {
	var ids []string
	for _, c := range f.Criteria {
		ids = append(ids, c.ID)
	}
	return ids
}

func digits(ns []int) []string {
	s := make([]string, len(ns))
	for i, n := range ns {
		s[i] = fmt.Sprint(n)
	}
	return s
}
