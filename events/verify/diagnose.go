package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/proof"
)

const (
	tableEvents      = "ledger.events"
	tableLogs        = "ledger.logs"
	tableTiles       = "ledger.tiles"
	tableCheckpoints = "ledger.checkpoints"
	tableInspections = "ledger.inspections"
	none             = "none"
)

const (
	// maxDiagnosed bounds the events of a programme for which the column is looked
	// for, maxFlipped the size of an encoding of which every bit is tried.
	maxDiagnosed = 5
	maxFlipped   = 16 << 10
	// maxShift is how far an event is looked for from its position.
	maxShift = 512
	// maxValues bounds the values of a column that are remembered.
	maxValues = 1024
)

// diagnose tells what in r does not fit its leaf. A hash tells only that something
// differs; but where one small change of one column makes the leaf fit again, that
// is what was altered: nobody finds another by chance.
func (l *log) diagnose(r *events.Recorded, computed [32]byte) Difference {
	d := Difference{
		Position: r.Position, Table: tableEvents, Column: "leaf", Expected: hash(r.Leaf), Found: hash(computed),
		Problem: "the columns do not hash to the leaf",
	}
	if signed, ok := l.tree.leafAt(r.Position); ok && signed == computed {
		d.Expected, d.Found = hash(computed), hash(r.Leaf)
		d.Problem = "the leaf was altered, the columns still hash to the one in the tiles"
		return d
	}
	if l.diagnosed++; l.diagnosed > maxDiagnosed {
		return d
	}
	for _, try := range []func(*events.Recorded) (column, expected, found string, ok bool){
		places, l.values.known, flipped,
	} {
		if column, expected, found, ok := try(r); ok {
			d.Column, d.Expected, d.Found = column, expected, found
			d.Problem = "the column was altered: with the value expected, the event hashes to its leaf"
			return d
		}
	}
	return d
}

func hash(h [32]byte) string { return hex.EncodeToString(h[:]) }

// places tries other positions and revisions: an event that was moved.
func places(r *events.Recorded) (column, expected, found string, ok bool) {
	c := *r
	for shift := events.Position(1); shift <= maxShift; shift++ {
		for _, c.Position = range []events.Position{r.Position + shift, r.Position - shift} {
			if proof.LeafHash(&c) == r.Leaf {
				return "position", fmt.Sprint(c.Position), fmt.Sprint(r.Position), true
			}
		}
	}
	c = *r
	for shift := events.Revision(1); shift <= maxShift; shift++ {
		for _, c.Revision = range []events.Revision{r.Revision + shift, r.Revision - shift} {
			if proof.LeafHash(&c) == r.Leaf {
				return "revision", fmt.Sprint(c.Revision), fmt.Sprint(r.Revision), true
			}
		}
	}
	return "", "", "", false
}

// values are what columns of names held so far.
type values struct{ seen [5]map[string]struct{} }

// named are the columns of values.
var named = [...]struct {
	column string
	field  func(r *events.Recorded) string
	set    func(r *events.Recorded, to string)
}{
	{
		"actor", func(r *events.Recorded) string { return string(r.Actor) },
		func(r *events.Recorded, to string) { r.Actor = events.Actor(to) },
	},
	{
		"team", func(r *events.Recorded) string { return string(r.Team) },
		func(r *events.Recorded, to string) { r.Team = events.TeamID(to) },
	},
	{
		"type", func(r *events.Recorded) string { return string(r.Type) },
		func(r *events.Recorded, to string) { r.Type = events.Type(to) },
	},
	{
		"inspection", func(r *events.Recorded) string { return string(r.Inspection) },
		func(r *events.Recorded, to string) { r.Inspection = events.InspectionID(to) },
	},
	{
		"case_id", func(r *events.Recorded) string { return string(r.Case) },
		func(r *events.Recorded, to string) { r.Case = events.CaseID(to) },
	},
}

func (v *values) add(r *events.Recorded) {
	for i := range named {
		if v.seen[i] == nil {
			v.seen[i] = map[string]struct{}{"": {}}
		}
		if len(v.seen[i]) < maxValues {
			v.seen[i][named[i].field(r)] = struct{}{}
		}
	}
}

// known tries the values that columns held in other events.
func (v *values) known(r *events.Recorded) (column, expected, found string, ok bool) {
	for i, n := range named {
		c := *r
		for value := range v.seen[i] {
			n.set(&c, value)
			if proof.LeafHash(&c) == r.Leaf {
				return n.column, strconv.Quote(value), strconv.Quote(n.field(r)), true
			}
		}
	}
	return "", "", "", false
}

// flipped tries every single bit of the encoding.
func flipped(r *events.Recorded) (column, expected, found string, ok bool) {
	encoding := proof.Encode(*r)
	if len(encoding) > maxFlipped {
		return "", "", "", false
	}
	buf := append([]byte{0}, encoding...) // the prefix of a leaf in RFC 6962
	for i := 1; i < len(buf); i++ {
		was := buf[i]
		for bit := range 8 {
			buf[i] = was ^ 1<<bit
			if sha256.Sum256(buf) == r.Leaf {
				column, at := columnAt(r, i-1)
				return column, fmt.Sprintf("%#02x in byte %d", buf[i], at), fmt.Sprintf("%#02x", was), true
			}
		}
		buf[i] = was
	}
	return "", "", "", false
}

// columnAt is the column that a byte of the encoding belongs to, and the byte's
// place in it. It repeats the table of events/proof/FORMAT.md.
func columnAt(r *events.Recorded, offset int) (column string, at int) {
	const prefix = 4
	for _, part := range []struct {
		column string
		size   int
	}{
		{"version", 1},
		{"position", 8},
		{"occurred_at", 8},
		{"recorded_at", 8},
		{"type_version", 8},
		{"revision", 4},
		{"event_id", 16},
		{"causation", 16},
		{"digest", 32},
		{"programme", prefix + len(r.Programme)},
		{"stream", prefix + len(r.Stream)},
		{"type", prefix + len(r.Type)},
		{"actor", prefix + len(r.Actor)},
		{"team", prefix + len(r.Team)},
		{"inspection", prefix + len(r.Inspection)},
		{"case_id", prefix + len(r.Case)},
		{"data", prefix + len(r.Data)},
	} {
		if offset < part.size {
			switch part.column {
			case "programme", "stream", "type", "actor", "team", "inspection", "case_id", "data":
				offset -= prefix
			}
			return part.column, offset
		}
		offset -= part.size
	}
	return "data", offset
}
