package policy

import "slices"

// Action is something that a request wants to do, as the policies name it.
type Action string

// Actions on an inspection.
const (
	// SubmitEntries sends entries about cases, interviews and so on.
	SubmitEntries Action = "SubmitEntries"
	// OpenInspection starts an inspection in a programme.
	OpenInspection Action = "OpenInspection"
	// CloseInspection ends it.
	CloseInspection Action = "CloseInspection"
	// AddTeamMember gives or changes a member's role.
	AddTeamMember Action = "AddTeamMember"
	// RemoveTeamMember ends a membership.
	RemoveTeamMember Action = "RemoveTeamMember"
	// ReadScores reads figures, tallies, contacts, factors and cases' states, now,
	// as of another time, and as a live feed.
	ReadScores Action = "ReadScores"
	// Explain reads which events moved a figure.
	Explain Action = "Explain"
	// ReadTeam lists the members.
	ReadTeam Action = "ReadTeam"
)

// Actions on a programme.
const (
	// OpenProgramme starts a programme and publishes the first revision of its
	// framework. Where an inspection is opened along with it, the request names it.
	OpenProgramme Action = "OpenProgramme"
	// PublishFramework makes a later revision, or an earlier one again, the current
	// one.
	PublishFramework Action = "PublishFramework"
	// ReadFramework reads and compares frameworks.
	ReadFramework Action = "ReadFramework"
	// PreviewFramework computes what an edit would change, over all inspections of
	// the programme.
	PreviewFramework Action = "PreviewFramework"
	// ReplayProjection builds a read model anew or returns to an earlier generation.
	ReplayProjection Action = "ReplayProjection"
	// ReadGenerations lists the generations of the read models.
	ReadGenerations Action = "ReadGenerations"
	// ReadProof reads checkpoints and proofs of the ledger.
	ReadProof Action = "ReadProof"
)

// Actions on an inspection or, where the request names none, on a programme.
const (
	// ReadReceipt reads what became of a submission.
	ReadReceipt Action = "ReadReceipt"
	// ExportEvents reads the events themselves.
	ExportEvents Action = "ExportEvents"
)

// Actions on an inspection or, where the request names none, on the installation.
const (
	// ReadParked lists messages that could not be handled, without their entries.
	ReadParked Action = "ReadParked"
	// RetryParked sends them again.
	RetryParked Action = "RetryParked"
)

// Actions on the installation.
const (
	// MintToken makes tokens of the local issuer.
	MintToken Action = "MintToken"
	// ReadMetrics reads the metrics of the service.
	ReadMetrics Action = "ReadMetrics"
)

// Actions lists all actions, by name.
func Actions() []Action {
	all := []Action{
		SubmitEntries, OpenInspection, CloseInspection, AddTeamMember, RemoveTeamMember, ReadScores, Explain, ReadTeam,
		OpenProgramme, PublishFramework, ReadFramework, PreviewFramework, ReplayProjection, ReadGenerations, ReadProof,
		ReadReceipt, ExportEvents, ReadParked, RetryParked, MintToken, ReadMetrics,
	}
	slices.Sort(all)
	return all
}
