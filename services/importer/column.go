package importer

import (
	"strings"

	"github.com/aboveline/aboveline/events/entry"
)

// column is the column of the file that a field of the entry came from.
func column(k entry.Kind, field string) string {
	for _, prefix := range []string{"attributes.", "measures."} {
		if name, ok := strings.CutPrefix(field, prefix); ok {
			return name
		}
	}
	switch {
	case field == "case":
		return "case_id"
	case field == "question":
		return "question_id"
	case field == "interview":
		return "interview_id"
	case field == "respondent":
		return "respondent_id"
	case k == entry.KindResponse && strings.HasPrefix(field, "answers."):
		return strings.TrimPrefix(field, "answers.")
	default:
		return field
	}
}
