package recorder

import (
	"maps"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

func (b *batch) describe(w *work, it *item, c entry.Case) verdict {
	e := it.entry
	for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
		a, ok := b.framework().Attribute(name)
		if !ok {
			return rejected("unknown_attribute", "attributes."+name,
				"the framework has no case attribute %q", name)
		}
		if value := c.Attributes[name]; value != nil {
			if v, ok := within("attributes."+name, *value, a.Values); !ok {
				return v
			}
		}
	}
	stream := events.CaseStream(e.Inspection, c.Case)
	next, v, ok := b.revise(b.memory.files[it.prefix()].streams[stream], e)
	if !ok {
		return v
	}
	reason, note, v, ok := b.notes(it)
	if !ok {
		return v
	}
	return b.draft(w, it, stream, next, c.Case,
		events.CaseDescribed{Attributes: c.Attributes, Reason: reason, Note: note})
}

// yesNo are the answers to whether a factor was identified; yesNoNA those to
// what was done about it and those of contact measures.
var (
	yesNo   = []events.Answer{"yes", "no"}
	yesNoNA = []events.Answer{"yes", "no", events.NotApplicable}
)

func (b *batch) factor(w *work, it *item, x entry.Factor) verdict {
	e := it.entry
	if _, ok := b.framework().Factor(x.Factor); !ok {
		return rejected("unknown_factor", "factor", "the framework has no factor %q", x.Factor)
	}
	if v, ok := within("identified", x.Identified, yesNo); !ok {
		return v
	}
	for _, part := range []struct {
		field string
		value events.Answer
	}{{"interventions_sufficient", x.InterventionsSufficient}, {"progress_sufficient", x.ProgressSufficient}} {
		if v, ok := within(part.field, part.value, yesNoNA); !ok {
			return v
		}
		if x.Identified == "no" && part.value != events.NotApplicable {
			return rejected("not_relevant", part.field,
				"the factor was not identified, so this is %s", events.NotApplicable)
		}
	}
	f, v, ok := b.knownCase(it, x.Case)
	if !ok {
		return v
	}
	stream := events.FactorStream(e.Inspection, x.Case, x.Factor)
	next, v, ok := b.revise(f.streams[stream], e)
	if !ok {
		return v
	}
	reason, note, v, ok := b.notes(it)
	if !ok {
		return v
	}
	body := events.Factor{
		Factor: x.Factor, Identified: x.Identified,
		InterventionsSufficient: x.InterventionsSufficient, ProgressSufficient: x.ProgressSufficient, Note: note,
	}
	if next == 1 {
		return b.draft(w, it, stream, next, x.Case, events.FactorAssessed{Factor: body})
	}
	return b.draft(w, it, stream, next, x.Case, events.FactorRevised{Factor: body, Reason: reason})
}

func (b *batch) contact(w *work, it *item, x entry.VictimContact) verdict {
	e := it.entry
	fw := b.framework()
	for _, id := range slices.Sorted(maps.Keys(x.Measures)) {
		m, ok := fw.Measure(id)
		field := "measures." + string(id)
		if !ok {
			return rejected("unknown_measure", field, "the framework has no contact measure %q", id)
		}
		value := x.Measures[id]
		if v, ok := within(field, value, yesNoNA); !ok {
			return v
		}
		if of, given := x.Measures[m.Of]; m.Of != "" && given && of != "yes" && value != events.NotApplicable {
			return rejected("out_of_order", field, "this counts only where %s is yes, but it is %s; answer %s",
				m.Of, of, events.NotApplicable)
		}
	}
	f, v, ok := b.knownCase(it, x.Case)
	if !ok {
		return v
	}
	stream := events.VictimContactStream(e.Inspection, x.Case)
	next, v, ok := b.revise(f.streams[stream], e)
	if !ok {
		return v
	}
	reason, note, v, ok := b.notes(it)
	if !ok {
		return v
	}
	body := events.VictimContact{Measures: x.Measures, Note: note}
	if next == 1 {
		return b.draft(w, it, stream, next, x.Case, events.VictimContactRecorded{VictimContact: body})
	}
	return b.draft(w, it, stream, next, x.Case, events.VictimContactRevised{VictimContact: body, Reason: reason})
}
