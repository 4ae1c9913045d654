package runner

// State is where a generation is in its life; see STATES.md.
type State string

// The states of a generation.
const (
	// StateBuilding: a builder works on it, or will. Readers never see it.
	StateBuilding State = "building"
	// StateReady: its rows were checked and found right; it is about to be switched to.
	StateReady State = "ready"
	// StateActive: readers see it, and the unit's runner keeps it up to date.
	StateActive State = "active"
	// StatePrevious: it was active before the one that is, and is kept to go back to.
	StatePrevious State = "previous"
	// StateFailed: it could not be built, or was cancelled; its rows are gone or going.
	StateFailed State = "failed"
	// StateDropped: it is no longer kept; its rows are gone or going.
	StateDropped State = "dropped"
)

// Built reports whether building has come to its end, well or not.
func (s State) Built() bool { return s != StateBuilding && s != StateReady }

// Phases of a build, as people see them.
const (
	phaseWaiting   = "waiting"   // no builder has it yet
	phaseReading   = "reading"   // the ledger is read and folded
	phaseFinishing = "finishing" // rows that stand at the end, and keys, are written
	phaseChecking  = "checking"  // parity
	phaseSwitching = "switching"
)
