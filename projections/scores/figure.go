package scores

import "math/big"

// Figure is one published number.
type Figure struct {
	Name  FigureID
	Title string
	// Exact is the figure as a ratio, 1 for all above the line; nil when no
	// answer is relevant to it.
	Exact *big.Rat
	// Questions counts the questions with a proportion that entered it, Criteria,
	// for a section, the criteria with a score.
	Questions, Criteria int
	// Scored is false for a question asked only for information.
	Scored bool
	// Tally is the question's own, nil for every other figure.
	Tally *Tally
}

// Percent is the figure as a whole percent, halves up (rule R7, reading A25);
// false when it has no value.
func (f Figure) Percent() (int, bool) { return Percent(f.Exact) }

// Percent rounds a figure's exact value to a whole percent, halves up (rule R7,
// reading A25); false for nil. Values are never negative.
func Percent(exact *big.Rat) (int, bool) {
	if exact == nil {
		return 0, false
	}
	// floor(100 n/d + 1/2) = floor((200 n + d) / 2d)
	num := new(big.Int).Mul(exact.Num(), big.NewInt(200))
	num.Add(num, exact.Denom())
	den := new(big.Int).Lsh(exact.Denom(), 1)
	return int(num.Div(num, den).Int64()), true
}
