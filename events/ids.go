package events

import "github.com/google/uuid"

// Programme names a round of inspections with one lineage of the framework, and
// with it one ledger. Examples: "iaow-2013-hampshire".
type Programme string

// InspectionID names one inspection (one area); unique over all programmes.
type InspectionID string

// TeamID names a team within an inspection; "" is the only team of an inspection
// that has one.
type TeamID string

// CaseID names a case within its inspection, e.g. "C001".
type CaseID string

// QuestionID names a question of the framework, e.g. "4.1.07" or "om.01".
type QuestionID string

// Answer is one value of a question's scale, e.g. "sufficient". The empty answer
// stands for "not given".
type Answer string

// NotApplicable is the answer that takes a case out of a question's divisor
// (rule R2, after the data notes of the 2013 report).
const NotApplicable Answer = "not_applicable"

// InterviewID names one interview within its inspection, e.g. "O01".
type InterviewID string

// InstrumentID names a questionnaire of the framework, e.g. "offender-survey".
type InstrumentID string

// RespondentID is the token under which one questionnaire was answered. It is
// never linkable to a person by anything in Aboveline.
type RespondentID string

// FactorID names an offending-related factor of the framework, e.g. "alcohol".
type FactorID string

// MeasureID names a victim-contact measure of the framework, e.g. "taken_up".
type MeasureID string

// Actor is who caused an event: the subject of their token.
type Actor string

// Role is what an actor may be in an inspection or in the whole installation.
type Role string

// Roles, as minted by `aboveline token` and given by `aboveline team add`.
const (
	RoleAdministrator   Role = "administrator"
	RoleLead            Role = "lead"
	RoleInspector       Role = "inspector"
	RoleLocalAssessor   Role = "local-assessor"
	RoleAnalyst         Role = "analyst"
	RoleFrameworkEditor Role = "framework-editor"
	RoleAuditor         Role = "auditor"
	RoleSupport         Role = "support"
)

// TeamRoles are the roles that a member of an inspection's team can have.
func TeamRoles() []Role {
	return []Role{
		RoleLead, RoleInspector, RoleLocalAssessor, RoleAnalyst,
		RoleFrameworkEditor, RoleAuditor, RoleSupport,
	}
}

// EventID is the identity of an event: the id that the client gave the entry.
// Unique within a programme for ever.
type EventID = uuid.UUID

// Position counts the events of one programme: 1, 2, 3 … without gaps. 0 is
// before the first event.
type Position uint64

// Revision counts the events of one stream: 1 for the first. 0 means that the
// stream does not exist.
type Revision uint32

// MaxRevision is the last revision a stream can reach (the ledger keeps
// revisions as 32-bit signed integers).
const MaxRevision Revision = 1<<31 - 1
