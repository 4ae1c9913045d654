package events

import "strings"

// Stream names the events of one thing, in the order in which they happened to
// it: one case's one question, one interview, one programme's framework.
//
// Streams of an inspection start with "i/<inspection>/", and those of one case
// with "i/<inspection>/c/<case>/", so that all that is known of a case is one
// range of an ordered index. The parts are percent-escaped where they hold a
// slash or a percent sign.
type Stream string

// ProgrammeStream holds a programme's own events.
func ProgrammeStream() Stream { return "programme" }

// FrameworkStream holds the published revisions of a programme's framework.
func FrameworkStream() Stream { return "framework" }

// InspectionStream holds the state of one inspection: opened, closed.
func InspectionStream(i InspectionID) Stream { return inspection(i) + "state" }

// TeamStream holds what happened to one actor's membership of one inspection.
func TeamStream(i InspectionID, a Actor) Stream { return inspection(i) + "team/" + part(string(a)) }

// CaseStream holds the attributes of one case.
func CaseStream(i InspectionID, c CaseID) Stream { return CaseFile(i, c) + "attributes" }

// JudgementStream holds the judgements on one question of one case.
func JudgementStream(i InspectionID, c CaseID, q QuestionID) Stream {
	return CaseFile(i, c) + "judgement/" + part(string(q))
}

// QuestionPart is how a question stands at the end of its judgement streams.
func QuestionPart(q QuestionID) string { return string(part(string(q))) }

// FactorStream holds the assessments of one offending-related factor of a case.
func FactorStream(i InspectionID, c CaseID, f FactorID) Stream {
	return CaseFile(i, c) + "factor/" + part(string(f))
}

// VictimContactStream holds the victim contact of one case.
func VictimContactStream(i InspectionID, c CaseID) Stream { return CaseFile(i, c) + "victim-contact" }

// InterviewStream holds one interview.
func InterviewStream(i InspectionID, n InterviewID) Stream {
	return inspection(i) + "interview/" + part(string(n))
}

// ResponseStream holds one respondent's answers to one instrument.
func ResponseStream(i InspectionID, n InstrumentID, r RespondentID) Stream {
	return inspection(i) + "response/" + part(string(n)) + "/" + part(string(r))
}

// CaseFile is the prefix shared by every stream of one case. It ends in a slash
// and is itself no stream.
func CaseFile(i InspectionID, c CaseID) Stream { return CaseFiles(i) + part(string(c)) + "/" }

// CaseFiles is the prefix shared by every stream of every case of one inspection.
// It ends in a slash and is itself no stream.
func CaseFiles(i InspectionID) Stream { return inspection(i) + "c/" }

func inspection(i InspectionID) Stream { return "i/" + part(string(i)) + "/" }

var escape = strings.NewReplacer("%", "%25", "/", "%2F")

func part(s string) Stream { return Stream(escape.Replace(s)) }
