package scores

import "slices"

// comparison is a preview on its way: two frameworks over the same answers.
type comparison struct {
	f        *Fold
	from, to *board
	same     []bool // by slot of to: from reads the question the same
	reread   []int  // slots that one of them has and that they do not read the same
	plans    []plan // figures that can differ
	limit    int    // of cases
	out      Preview

	after   reading // scratch: of the inspection being compared
	average *average
}

// run compares all inspections.
func (c *comparison) run() {
	c.average = newAverage(0)
	c.plan()
	for _, n := range c.f.inspections {
		c.inspection(n)
	}
}

// inspection compares the two readings of one inspection.
func (c *comparison) inspection(n *inspection) {
	if len(c.reread) == 0 {
		c.after = n.reading
	} else {
		c.f.readInto(&c.after, n, c.to, &n.reading, c.same)
	}
	for _, slot := range c.reread {
		if was, now := n.tally(slot), c.after.tally(slot); was != now {
			c.question(n, slot, was, now)
		}
	}
	for i := range c.plans {
		if p := &c.plans[i]; !p.alike || p.moved(&n.reading, &c.after) {
			c.figure(n, p)
		}
	}
}

// question notes a tally that differs, and the cases behind it.
func (c *comparison) question(n *inspection, slot int, was, now Tally) {
	m := QuestionMove{Inspection: n.id, Question: c.f.questions[slot], Before: was, After: now}
	for at := range n.cases {
		code := n.code(slot, at)
		before, after := c.from.standing(slot, code, at, &n.reading), c.to.standing(slot, code, at, &c.after)
		if before == after || !before.matters() && !after.matters() {
			continue
		}
		m.Cases++
		if len(c.out.Cases) < c.limit {
			c.out.Cases = append(c.out.Cases, CaseMove{n.id, n.cases[at].id, m.Question, before, after})
		}
	}
	c.out.CasesMoved += m.Cases
	c.out.Questions = append(c.out.Questions, m)
}

// standing is how the question in slot stands for a case by b's reading.
func (b *board) standing(slot int, code uint16, at int, r *reading) Standing {
	if !b.has(slot) {
		return NotAsked
	}
	return b.tally(slot, code, r.holds[slot][at]).standing()
}

// figure makes one figure from both readings, and notes it if its value differs:
// first by the one in force, then with what differs taken out and put in.
func (c *comparison) figure(n *inspection, p *plan) {
	c.average.reset(p.groups)
	for _, part := range p.parts {
		if part.before != out {
			c.average.add(part.before, n.tally(part.slot).Proportion())
		}
	}
	m := FigureMove{Inspection: n.id, Figure: p.name, Title: p.title, Scored: p.scored, Before: c.average.value()}
	for _, part := range p.parts {
		was, now := n.tally(part.slot).Proportion(), c.after.tally(part.slot).Proportion()
		if part.before == part.after && was == now {
			continue
		}
		if part.before != out {
			c.average.remove(part.before, was)
		}
		if part.after != out {
			c.average.add(part.after, now)
		}
		if part.before != out && was.Relevant > 0 || part.after != out && now.Relevant > 0 {
			m.Questions = append(m.Questions, c.f.questions[part.slot])
		}
	}
	m.After = c.average.value()
	if equal(m.Before, m.After) {
		return
	}
	if p.rated {
		m.BandBefore, m.BandAfter = c.from.band(m.Before), c.to.band(m.After)
	}
	m.Questions = slices.Clip(m.Questions)
	c.out.Figures = append(c.out.Figures, m)
}
