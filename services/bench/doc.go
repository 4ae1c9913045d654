// Command bench measures how fast Aboveline is on this machine and writes a table
// and .bench/latest.json. `make bench` runs it.
//
// How it measures:
//
//   - One private Postgres with fsync on, on a directory that is removed in the end.
//     Every row works in a database of its own, made from a migrated template.
//   - A row and its baseline take turns on that server: five rounds of three laps
//     each, first the one and then the other, then the other way round. The value of
//     a round is its work divided by the time of its laps; the median of the five is
//     reported, and the ratio is that of the two medians. So a load from outside
//     falls on both.
//   - Before the first lap a side runs until its laps last long enough, which warms
//     caches and statements and is not counted. What a lap works on is made before
//     its time starts; what it returns is checked after.
//   - Latencies are of single callers, from call to answer; a percentile is the
//     median of the percentiles of the rounds.
//
// The baseline "raw" is INSERT … SELECT unnest(…) of the same columns into a table
// LIKE ledger.events INCLUDING ALL, as the owner, without head, look-ups and hashes.
// "Raw read" is SELECT * in the order of positions on one connection, rows dropped.
//
// Bars are printed, never enforced: a slow machine is no failure. It ends by itself,
// after about four minutes on two cores; it listens on the loopback interface only.
// The exit code is 1 if something could not be measured.
package main
