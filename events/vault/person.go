package vault

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aboveline/aboveline/events"
)

// Person names a person within a programme by what Aboveline knows them as. It is
// built like a stream, see [events.Stream].
type Person string

// MaxPerson is the longest name of a person, in bytes. It leaves room for four
// ids of 200 bytes, escaped.
const MaxPerson = 2600

// Subject is the person whom a case is about: "i/<inspection>/c/<case>".
func Subject(i events.InspectionID, c events.CaseID) Person {
	return Person(strings.TrimSuffix(string(events.CaseFile(i, c)), "/"))
}

// Victim is the victim in a case: "i/<inspection>/c/<case>/victim".
func Victim(i events.InspectionID, c events.CaseID) Person {
	return Person(events.CaseFile(i, c) + "victim")
}

// Interviewee is who was interviewed: "i/<inspection>/interview/<interview>".
func Interviewee(i events.InspectionID, n events.InterviewID) Person {
	return Person(events.InterviewStream(i, n))
}

// Respondent is who filled in a questionnaire:
// "i/<inspection>/response/<instrument>/<respondent>".
func Respondent(i events.InspectionID, n events.InstrumentID, r events.RespondentID) Person {
	return Person(events.ResponseStream(i, n, r))
}

// validate says what is wrong with the name, never repeating it.
func (p Person) validate() error {
	switch {
	case p == "":
		return errors.New("vault: the name of a person is empty")
	case len(p) > MaxPerson:
		return fmt.Errorf("vault: the name of a person has %d bytes, at most %d are allowed", len(p), MaxPerson)
	case !utf8.ValidString(string(p)) || strings.ContainsRune(string(p), 0):
		return errors.New("vault: the name of a person is not UTF-8 text")
	}
	return nil
}
