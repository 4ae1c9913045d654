package scores

import (
	"math/big"
	"slices"
)

// average is an exact average of groups, each the average of its proportions.
// One group gives a plain average (rule R4), one group per criterion an average
// of averages (rule R6).
//
// Proportions are kept as numerators over a common denominator, which grows to
// the least common multiple of the divisors seen. So a proportion can be taken
// out again exactly, and no sample is too large.
type average struct {
	den    big.Int
	groups []group

	count, above, share, rest, sum, sizes big.Int // scratch
}

type group struct {
	num big.Int // sum of the group's proportions, times den
	n   int64   // proportions in the sum
}

func newAverage(groups int) *average {
	a := &average{groups: make([]group, groups)}
	a.den.SetInt64(1)
	return a
}

// reset makes a an average of that many groups, all empty.
func (a *average) reset(groups int) {
	a.den.SetInt64(1)
	a.groups = slices.Grow(a.groups[:0], groups)[:groups]
	for g := range a.groups {
		a.groups[g].num.SetInt64(0)
		a.groups[g].n = 0
	}
}

// add puts a proportion into group g. One that is relevant in no case has no
// value and enters nothing (rule R2).
func (a *average) add(g int, p Proportion) {
	if p.Relevant == 0 {
		return
	}
	a.groups[g].num.Add(&a.groups[g].num, a.term(p))
	a.groups[g].n++
}

// remove takes out a proportion that was added to group g.
func (a *average) remove(g int, p Proportion) {
	if p.Relevant == 0 {
		return
	}
	a.groups[g].num.Sub(&a.groups[g].num, a.term(p))
	a.groups[g].n--
}

// term is p times the common denominator, which it first makes divisible.
func (a *average) term(p Proportion) *big.Int {
	a.count.SetInt64(int64(p.Relevant))
	a.share.QuoRem(&a.den, &a.count, &a.rest)
	if a.rest.Sign() != 0 {
		a.rest.GCD(nil, nil, &a.rest, &a.count)
		a.rest.Quo(&a.count, &a.rest)
		a.den.Mul(&a.den, &a.rest)
		for g := range a.groups {
			a.groups[g].num.Mul(&a.groups[g].num, &a.rest)
		}
		a.share.Quo(&a.den, &a.count)
	}
	a.above.SetInt64(int64(p.Above))
	return a.share.Mul(&a.share, &a.above)
}

// terms counts the proportions in the average, filled the groups that have any.
func (a *average) terms() (terms, filled int) {
	for g := range a.groups {
		if n := a.groups[g].n; n > 0 {
			terms += int(n)
			filled++
		}
	}
	return terms, filled
}

// value is the average in lowest terms; nil when it has no terms.
func (a *average) value() *big.Rat {
	_, filled := a.terms()
	if filled == 0 {
		return nil
	}
	sum, sizes := a.sum.SetInt64(0), a.sizes.SetInt64(1)
	for g := range a.groups {
		if n := a.groups[g].n; n > 0 {
			sizes.Mul(sizes, a.count.SetInt64(n))
		}
	}
	for g := range a.groups {
		if n := a.groups[g].n; n > 0 {
			a.share.Quo(sizes, a.count.SetInt64(n))
			sum.Add(sum, a.share.Mul(&a.share, &a.groups[g].num))
		}
	}
	sizes.Mul(sizes, &a.den)
	sizes.Mul(sizes, a.count.SetInt64(int64(filled)))
	return new(big.Rat).SetFrac(sum, sizes)
}
