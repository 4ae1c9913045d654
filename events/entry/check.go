package entry

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Entries are about inspections: a time before this is a slip of the keyboard.
const minYear = 1900

// missing is the refusal of a field that is absent or empty.
func missing(f Field, name string) *FieldError {
	return refuse(CodeMissingField, name, "is missing or empty: give "+f.Hint)
}

// checkText refuses a string that a field of this type cannot hold. An empty
// string is right only where the field is optional.
func checkText(f Field, name, s string) *FieldError {
	switch {
	case s == "" && f.Required:
		return missing(f, name)
	case len(s) > f.Max:
		return refuse(CodeTooLong, name,
			fmt.Sprintf("has %d bytes: give at most %d", len(s), f.Max))
	case !utf8.ValidString(s):
		return refuse(CodeMalformed, name, "is not valid UTF-8: write it in UTF-8")
	}
	switch f.Type {
	case TypeKey:
		return checkKey(f, name, s)
	case TypeLine:
		if strings.ContainsFunc(s, unicode.IsControl) {
			return refuse(CodeMalformed, name, "holds a control character: write it on one line, without any")
		}
	case TypeText:
		if strings.ContainsFunc(s, isControlInText) {
			return refuse(CodeMalformed, name,
				"holds a control character: only tabs and line breaks are allowed")
		}
	default: // a source may hold anything: its own parser says what is wrong with it
	}
	return nil
}

func isControlInText(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

// checkKey refuses what two people could not tell apart on a screen.
func checkKey(f Field, name, s string) *FieldError {
	if strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		return refuse(CodeBadID, name, "starts or ends with a space: give "+f.Hint+", without it")
	}
	for i, r := range s {
		if !unicode.IsPrint(r) {
			return refuse(CodeBadID, name,
				fmt.Sprintf("holds the character %U at byte %d, which does not show: give %s", r, i, f.Hint))
		}
	}
	return nil
}

// checkTime refuses times that cannot be meant. t is in UTC.
func checkTime(f Field, t time.Time) *FieldError {
	if t.IsZero() {
		return missing(f, f.Name)
	}
	if y := t.Year(); y < minYear || y > 9999 {
		return refuse(CodeBadTime, f.Name,
			fmt.Sprintf("is before %d or after 9999: give %s", minYear, f.Hint))
	}
	return nil
}

// checkNumber refuses numbers out of the range of a revision.
func checkNumber(f Field, n int64) *FieldError {
	if n < 0 || n > maxNumber {
		return refuse(CodeWrongType, f.Name, fmt.Sprintf("is out of range: give %s, from 0 to %d", f.Hint, maxNumber))
	}
	return nil
}

// member is the path of a member of an object field.
func member(f Field, name string) string { return f.Name + "/" + shortened(name) }
