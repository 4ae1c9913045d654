package scores

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
)

// Proportions go in and out of an average in any order and of any size; the value
// is that of a plain sum of ratios over those still in.
func TestAverageEqualsSumOfRatios(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(0, 4).Draw(t, "groups")
		a := newAverage(groups)
		in := make([][]Proportion, groups)
		largest := rapid.SampledFrom([]int{3, 85, 1_000, 1_000_000_007}).Draw(t, "largest sample")
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			if groups == 0 {
				break
			}
			g := rapid.IntRange(0, groups-1).Draw(t, "group")
			if n := len(in[g]); n > 0 && rapid.Bool().Draw(t, "remove") {
				k := rapid.IntRange(0, n-1).Draw(t, "which")
				a.remove(g, in[g][k])
				in[g] = append(in[g][:k:k], in[g][k+1:]...)
				continue
			}
			relevant := rapid.IntRange(0, largest).Draw(t, "relevant")
			p := Proportion{rapid.IntRange(0, relevant).Draw(t, "above"), relevant}
			a.add(g, p)
			in[g] = append(in[g], p)
		}
		want, got := plain(in), a.value()
		if (want == nil) != (got == nil) || want != nil && want.Cmp(got) != 0 {
			t.Fatalf("%v is %v, want %v", in, got, want)
		}
	})
}

func plain(in [][]Proportion) *big.Rat {
	total, groups := new(big.Rat), int64(0)
	for _, g := range in {
		sum, n := new(big.Rat), int64(0)
		for _, p := range g {
			if p.Relevant > 0 {
				sum.Add(sum, big.NewRat(int64(p.Above), int64(p.Relevant)))
				n++
			}
		}
		if n > 0 {
			total.Add(total, sum.Quo(sum, big.NewRat(n, 1)))
			groups++
		}
	}
	if groups == 0 {
		return nil
	}
	return total.Quo(total, big.NewRat(groups, 1))
}

func TestPercentRoundsHalvesUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		above, relevant int64
		want            int
	}{
		{0, 1, 0},
		{1, 1, 100},
		{1, 2, 50},
		{1, 3, 33},
		{2, 3, 67},
		{5, 8, 63},
		{7, 8, 88},
		{1, 200, 1},
		{1, 201, 0},
		{149, 200, 75},
		{1_489_999, 2_000_000, 74},
		{199, 200, 100},
		{1_999_999_999, 2_000_000_000, 100},
	} {
		if got, ok := Percent(big.NewRat(c.above, c.relevant)); !ok || got != c.want {
			t.Errorf("%d of %d prints %d (%t), want %d", c.above, c.relevant, got, ok, c.want)
		}
	}
	if _, ok := Percent(nil); ok {
		t.Error("no value has a percent")
	}
}

// Answers are numbered in 16 bits; the one too many is refused, and those that
// have a number stay known.
func TestMoreAnswersThanNumbers(t *testing.T) {
	t.Parallel()
	f := New()
	for n := 1; n <= math.MaxUint16; n++ {
		if code, err := f.code(events.Answer(strconv.Itoa(n))); err != nil || int(code) != n {
			t.Fatalf("answer %d has number %d: %v", n, code, err)
		}
	}
	if _, err := f.code("one more"); !errors.Is(err, ErrTooManyAnswers) {
		t.Errorf("error %v, want %v", err, ErrTooManyAnswers)
	}
	if code, err := f.code("7"); err != nil || code != 7 {
		t.Errorf("answer 7 has number %d: %v", code, err)
	}
}
