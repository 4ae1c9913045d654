package entry

// Limits on what may be submitted, in bytes of UTF-8 unless said otherwise.
const (
	// MaxEntryBytes limits the JSON of one entry.
	MaxEntryBytes = 1 << 20
	// MaxEntries limits the number of entries of one submission.
	MaxEntries = 10_000
	// MaxNote limits the note of an entry.
	MaxNote = 64 << 10
	// MaxReason limits the reason of an entry.
	MaxReason = 4 << 10
	// MaxName limits the name of a programme or an inspection.
	MaxName = 1 << 10
	// MaxKey limits every identifier: programme, inspection, case, question,
	// answer, the names and values of attributes and so on. Three of them
	// percent-escaped still fit into one entry of the ledger's index of streams.
	MaxKey = 200
	// MaxMember limits the id of an actor: OpenID Connect Core 1.0 section 2 allows
	// a subject 255 characters.
	MaxMember = 255
)
