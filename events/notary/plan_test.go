package notary_test

import (
	"strings"
	"testing"
)

// A table that was never analysed, as it is while a new programme is imported: the
// leaves and roots that are asked for come from an index.
func TestReadsUseTheirIndexes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 20_000)
	b.sign(t)
	for sql, index := range map[string]string{
		`SELECT leaf FROM ledger.events
WHERE programme = 'iaow-2013' AND position > 19000 AND position <= 19100 ORDER BY position`: "events_pkey",
		`SELECT hashes FROM ledger.tiles WHERE programme = 'iaow-2013' AND level = 0 AND n = 7`: "tiles_pkey",
	} {
		var plan strings.Builder
		rows, err := b.pool.Query(t.Context(), "EXPLAIN "+sql)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(line + "\n")
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan.String(), index) {
			t.Errorf("%s:\n%s", sql, plan.String())
		}
	}
}
