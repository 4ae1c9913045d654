// Package scores says what judgements mean: it folds the events of one programme
// into tallies, and makes the published figures from tallies.
//
// A [Fold] takes events in the order of their positions. It keeps, per
// inspection, the attributes of the cases, the current answers and one [Tally]
// per question, and changes only what an event touches. It is a pure function of
// the events it was given: no clock, no randomness, no database. The same events
// give the same tallies whether applied one by one, restored half-way from rows
// ([Restore]) or interleaved in another order of streams. Applying an event a
// second time changes no tally. An event that cannot be applied leaves the fold
// as it was and returns an [ApplyError].
//
// [Fold.Take] hands over the rows touched since it was last called, among them
// the history: which tally each event moved, from what to what. The history
// holds counts of questions only. [Figures] makes every published number from
// such counts, and [Explain] replays the history through the same arithmetic, so
// an explanation cannot differ from the figure it explains.
//
// [Fold.Preview] says what another framework would do to the figures, from the
// answers that the fold holds and by the code that publishing it would run. Answers
// of a scale that a framework no longer has read as that framework says
// (framework.Question.Reads); where it says nothing they are flagged and feed
// nothing, as after a rollback.
//
// [Known] and [Occurred] fold one inspection by itself, as of what had been recorded
// or of what was true at a time; [Fold.Under] reads a fold under another framework.
// [Totals] adds the changes of a figure up by [Cause].
//
// Everything is exact: a figure is a ratio of integers of any size. Rounding
// happens once, in [Figure.Percent].
//
// A Fold is not safe for concurrent use; several goroutines may read one that
// nobody changes.
package scores
