package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}


func TestZZ(t *testing.T) {
	ctx := context.Background()
	c, err := parse([]string{"-dataset", "../../deploy/examples/hampshire-2013", "-events", "100000"}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	b, err := start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer b.stop(ctx)
	l, err := b.longLog(ctx)
	if err != nil {
		t.Fatal(err)
	}
	own, err := l.db.pool(ctx, owner)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	sampling, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(4 * time.Millisecond)
		for sampling.Err() == nil {
			<-tick.C
			rows, err := own.Query(ctx, `SELECT state, coalesce(wait_event,'cpu'), regexp_replace(left(query, 45), '\s+', ' ', 'g') FROM pg_stat_activity
				WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()`)
			if err != nil {
				return
			}
			for rows.Next() {
				var s, w, q string
				rows.Scan(&s, &w, &q)
				if s != "idle" {
					counts[s+" | "+w+" | "+q]++
				}
			}
			rows.Close()
			counts["samples"]++
		}
	}()
	for r := range 3 {
		lp, err := l.rebuild(r).lap(ctx, 1)
		fmt.Println(lp.entries, lp.took, err, float64(lp.entries)/lp.took.Seconds())
	}
	stop()
	<-done
	keys := slices.Sorted(func(y func(string) bool) {
		for k := range counts {
			if !y(k) {
				return
			}
		}
	})
	slices.SortFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
	for _, k := range keys[:min(25, len(keys))] {
		fmt.Println(counts[k], k)
	}
	var size string
	for _, tb := range []string{"score_answers", "score_history", "score_tallies", "score_cases"} {
		own.QueryRow(ctx, `SELECT string_agg(relname||' '||pg_size_pretty(pg_relation_size(oid)), ', ') FROM pg_class WHERE relname LIKE $1 AND relkind IN ('r','i')`, tb+"_1%").Scan(&size)
		fmt.Println(size)
	}
}
