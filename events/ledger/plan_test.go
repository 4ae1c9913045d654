package ledger_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
)

// Each look-up uses the index meant for it in a database that was never analysed:
// with events of several programmes there, and, for those of the append
// transaction, also when it was planned for good while the table was empty.
func TestLookupsUseTheirIndexWithoutStatistics(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	id := newID()
	lookups := []struct {
		sql   string
		args  []any
		index string
		tx    bool // in the append transaction
	}{
		{queries.Known, []any{[]events.EventID{id, newID()}}, "events_id_key", true},
		{
			ledger.ReadPrefixes,
			[]any{
				[]string{"i/hampshire-2013/c/C000001/", "f"}, []string{"i/hampshire-2013/c/C0000010", "g"}, string(programme),
			},
			"events_revision_key", true,
		},
		{queries.ReadRange, []any{string(programme), int64(10), int64(2010)}, "events_pkey", true},
		{queries.ReadRange, []any{string(programme), int64(10), int64(2010)}, "events_pkey", false},
		{queries.ReadInspection, []any{string(programme), int64(10), "i", int32(2000)}, "events_pkey", false},
		{queries.ReadType, []any{string(programme), int64(10), "JudgementRecorded", int32(2000)}, "events_pkey", false},
		{
			queries.ReadControlType,
			[]any{string(programme), int64(10), "FrameworkPublished", int32(2000)},
			"events_control_idx", false,
		},
		{queries.ReadControl, []any{string(programme), int64(10)}, "events_control_idx", true},
		{queries.ReadPositions, []any{string(programme), []int64{3, 2010}}, "events_pkey", false},
		{queries.ReadStream, []any{"framework", int32(0), string(programme), int32(2000)}, "events_revision_key", false},
		{queries.ReadID, []any{id, string(programme)}, "events_id_key", false},
	}
	check := func(state string, generic bool) {
		for _, q := range lookups {
			if generic && !q.tx {
				continue // planned anew each time
			}
			plan := explain(t, l, q.sql, q.args, q.tx, generic)
			uses := strings.Contains(plan, " using "+q.index+" ") || strings.Contains(plan, " on "+q.index+" ")
			if !uses || strings.Contains(plan, "Seq Scan on events") {
				t.Errorf("%s, generic %v: want %s\n%s\n%s", state, generic, q.index, q.sql, plan)
			}
		}
	}
	check("empty", true)
	for i, p := range []events.Programme{programme, "second"} {
		for n := range 4 {
			mustAdd(t, l, p, drafts(i*1_000_000+n*1000, 1000))
		}
	}
	check("filled", true)
	check("filled", false)
}

func explain(t *testing.T, l *ledger.Ledger, sql string, args []any, settings, generic bool) string {
	t.Helper()
	ctx := t.Context()
	var lines []string
	err := pgx.BeginFunc(ctx, ledger.Pool(l), func(tx pgx.Tx) error {
		if settings {
			if _, err := tx.Exec(ctx, queries.Settings); err != nil {
				return err
			}
		}
		mode := "force_custom_plan"
		if generic {
			mode = "force_generic_plan"
		}
		if _, err := tx.Exec(ctx, "SET LOCAL plan_cache_mode = "+mode); err != nil {
			return err
		}
		var err error
		lines, err = explainPrepared(ctx, tx, sql, args)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(lines, "\n")
}

func explainPrepared(ctx context.Context, tx pgx.Tx, sql string, args []any) ([]string, error) {
	literals := make([]string, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case []events.EventID:
			literals[i] = fmt.Sprintf("'{%s,%s}'", a[0], a[1])
		case []int64:
			literals[i] = fmt.Sprintf("'{%d,%d}'", a[0], a[1])
		case []string:
			literals[i] = fmt.Sprintf("'{%s}'", strings.Join(a, ","))
		default:
			literals[i] = fmt.Sprintf("'%v'", a)
		}
	}
	if _, err := tx.Exec(ctx, "PREPARE lookup AS "+sql); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, "EXPLAIN EXECUTE lookup("+strings.Join(literals, ", ")+")", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return nil, err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "DEALLOCATE lookup")
	return lines, err
}
