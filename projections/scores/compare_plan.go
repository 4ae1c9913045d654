package scores

import "math/big"

// plan is one figure by two frameworks.
type plan struct {
	name          FigureID
	title         string
	scored, rated bool
	parts         []part // those of the newer framework, then those that go out
	groups        int
	alike         bool // the same questions come in the same groups
}

// part is one question of a figure and its group by either framework. Groups are
// numbered over both.
type part struct {
	slot          int
	before, after int
}

// out stands for no group: the question does not enter the figure.
const out = -1

// plan finds the questions and figures that can differ at all.
func (c *comparison) plan() {
	reread := make([]bool, len(c.f.questions))
	for slot := range reread {
		had, has := c.from.has(slot), c.to.has(slot)
		if (had || has) && (!has || !c.same[slot]) {
			c.reread = append(c.reread, slot)
			reread[slot] = true
		}
	}
	was := contents(c.from.fw)
	before := make(map[FigureID]entry, len(was))
	for _, e := range was {
		before[e.name] = e
	}
	for _, e := range contents(c.to.fw) {
		c.add(c.planned(before[e.name], e), reread)
		delete(before, e.name)
	}
	for _, e := range was {
		if _, gone := before[e.name]; gone {
			c.add(c.planned(e, entry{}), reread)
		}
	}
}

// add keeps the plan of a figure that can differ.
func (c *comparison) add(p plan, reread []bool) {
	differs := !p.alike
	for _, part := range p.parts {
		differs = differs || reread[part.slot]
	}
	if differs {
		c.plans = append(c.plans, p)
	}
}

// planned puts together what the two frameworks say of a figure; that of one which
// lacks it is the zero entry.
func (c *comparison) planned(before, after entry) plan {
	e := after
	if e.name == "" {
		e = before
	}
	p := plan{
		name: e.name, title: e.title, scored: e.question == nil || e.question.Scored, rated: e.question == nil,
		parts: make([]part, 0, len(e.recipe.terms)), alike: true,
	}
	groups := map[string]int{}
	group := func(b *board, e entry, slot int) int {
		name := ""
		if e.criteria {
			name = b.questions[slot].Criterion
		}
		number, known := groups[name]
		if !known {
			number = len(groups)
			groups[name] = number
		}
		return number
	}
	place := map[int]int{} // of a slot in parts
	for _, t := range after.recipe.terms {
		slot := c.f.slots[t.question]
		place[slot] = len(p.parts)
		p.parts = append(p.parts, part{slot: slot, before: out, after: group(c.to, after, slot)})
	}
	for _, t := range before.recipe.terms {
		slot := c.f.slots[t.question]
		k, stays := place[slot]
		if !stays {
			k = len(p.parts)
			p.parts = append(p.parts, part{slot: slot, after: out})
		}
		p.parts[k].before = group(c.from, before, slot)
	}
	for _, part := range p.parts {
		p.alike = p.alike && part.before == part.after
	}
	p.groups = len(groups)
	return p
}

// moved reports whether a proportion that enters the figure differs. It is asked of
// figures whose parts are alike.
func (p *plan) moved(before, after *reading) bool {
	for _, part := range p.parts {
		if before.tally(part.slot).Proportion() != after.tally(part.slot).Proportion() {
			return true
		}
	}
	return false
}

// band is the name of the rating band of an exact value, "" where there is none.
func (b *board) band(exact *big.Rat) string {
	percent, ok := Percent(exact)
	if !ok {
		return ""
	}
	band, _ := b.fw.Band(percent)
	return band.Name
}
