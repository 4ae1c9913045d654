package framework

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

const maxName = 200 // bytes

// idProblem says what is wrong with an identifier, "" if nothing.
func idProblem(s string) string {
	if len(s) > maxName {
		return fmt.Sprintf("the id has %d bytes; at most %d", len(s), maxName)
	}
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("._-", r)) {
			return fmt.Sprintf("%q is no id; use letters, digits, dots, hyphens and underscores, a letter or digit first", s)
		}
	}
	return ""
}

// valueProblem says what is wrong with an answer or a value, "" if nothing.
func valueProblem(s string) string {
	switch {
	case s == "":
		return "empty; the empty text stands for not given"
	case len(s) > maxName:
		return fmt.Sprintf("the value has %d bytes; at most %d", len(s), maxName)
	case strings.TrimSpace(s) != s:
		return fmt.Sprintf("%q starts or ends with a space", s)
	case strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Sprintf("%q holds a control character", s)
	}
	return ""
}

// celReserved are the words that CEL keeps for itself.
const celReserved = " as break const continue else false for function if import in let loop null package namespace " +
	"return true var void while "

// attributeProblem says why s cannot be written as case.s, "" if it can.
func attributeProblem(s string) string {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return fmt.Sprintf("%q is no attribute name; rules write case.<name>, so use letters, digits and underscores", s)
		}
	}
	if strings.Contains(celReserved, " "+s+" ") {
		return fmt.Sprintf("%q is a word of the rule language; use another name", s)
	}
	if len(s) > maxName {
		return fmt.Sprintf("the name has %d bytes; at most %d", len(s), maxName)
	}
	return ""
}

// maxChoices is how many names a message lists before it only points to the
// nearest.
const maxChoices = 24

// choices says what a wrong name could have been: "the criteria are 1.1, 1.4",
// or, where there are many, the nearest.
func choices(kind, got string, names []string) string {
	switch {
	case len(names) == 0:
		return "there are no " + kind
	case len(names) == 1:
		return "the only choice is " + names[0]
	case len(names) <= maxChoices:
		return "the " + kind + " are " + strings.Join(names, ", ")
	}
	best, distance := "", 3
	for _, n := range names {
		if d := editDistance(got, n, distance); d < distance {
			best, distance = n, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "there are " + strconv.Itoa(len(names)) + " " + kind + ": " + names[0] + " to " + names[len(names)-1]
}

// editDistance counts the insertions, deletions and changes of bytes between a
// and b; at limit and above it may stop counting.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(b) > maxName {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
