package framework

// Where compiles a filter of cases in the language of the relevance rules, with
// the same checks: unknown names and impossible values are refused. The error is
// [Problems] with the line and column in expr. The function is safe for
// concurrent use.
func (f *Framework) Where(expr string) (func(CaseFile) bool, error) {
	r, wrong := f.compile(expr)
	if r == nil {
		found := &findings{file: "where"}
		for _, c := range wrong {
			found.add(place{c.line, c.column + 1}, "", "%s", c.message)
		}
		return nil, found.err()
	}
	newSums(len(f.Questions)).add(r)
	return func(c CaseFile) bool {
		e := evaluation{c: c}
		if r.looks > maxLooks {
			e.known = make([]truth, len(f.Questions))
		}
		return e.holds(r)
	}, nil
}
