// Package framework reads a framework file: the criteria of a programme as
// data. It says which answers are possible, where the line between above and
// below lies, which questions feed which figures, and when a question is
// relevant to a case.
//
// [Parse] is strict and complete: unknown and duplicate fields, unknown
// references and rules that cannot work are refused, every problem of a file is
// reported in one go with line and column, and a file that parses is one that
// can be scored. A [Framework] is read-only after Parse and safe for concurrent
// use; nothing in it has to be closed. The same bytes give the same framework.
//
// # Rules
//
// A rule is a CEL expression that is true or false, over two names: case, the
// attributes of a case (case.report), and answer, its other answers
// (answer["1.1.08"]). What is not given reads as "". An answer whose own
// question is not relevant to the case reads as "" as well, whatever was
// recorded. Keys are literal, so that a rule says what it looks at; the values
// that a rule compares with must be possible ones; rules do not go in circles.
// A rule that fails while it is evaluated, such as int("x"), counts as false;
// Parse refuses those that it can find (see below). [Framework.Where] compiles
// filters of cases in the same language.
//
// Parse also refuses a question that could never be relevant. It tries every
// combination of values (and "" for not given) of what the rule looks at, first
// together with all that the rules of those answers look at in turn, and if
// that is too much, of what the rule itself looks at; an answer whose own rule
// can never hold takes part as "" only. Too much is more than 65,536
// combinations or 40 things looked at in one rule, or four million combinations
// in one file, where those of a rule beyond the common forms (constants,
// comparisons with ==, != and in, and &&, || and !) count 256 times. Such a
// rule is accepted unchecked.
//
// # Answers and the line
//
// A question takes answers and line from its scale. Its own list of answers
// replaces that of the scale, and must be a selection from it, in any order; its
// own line replaces the scale's, and must be a selection from its answers (rule
// R9 of the scoring rules: the line is set per question). A question without a
// scale lists its answers itself. not_applicable is never above the line (R2).
//
// # Another scale
//
// A question whose scale changes may say how answers that were given before read
// now: earlier_answers, a mapping of each to one of its answers, or to null for
// one that has to be judged again. Tallies, figures, rules and filters see the
// answer that it reads as; the recorded one stays what it was. Without such a
// mapping an answer that is on no scale is none, and [Framework.Unread] lists
// the recorded answers that a new framework would leave so, which is why it is
// refused.
//
// An information question may carry the outcomes and the line it had as a
// scoring question, so that dropping a question from scoring is moving its
// lines; the outcomes are checked, and kept out of [Question.Outcomes].
package framework
