// Package architecture keeps the shape of the tree: which package may import
// which, which packages stay free of databases and clocks, and what every package
// owes its readers. The rules are tests; each says, when it fails, what is wrong,
// where, and why the rule is there.
//
// The tests read the source of all three modules (every file, also those of other
// platforms and the tests), not the output of the go command, so that they need
// no build and take well under a second. The test cache does not watch files of
// other modules: `make floors` runs them with -count=1.
//
// A rule that stands in the way is changed here, with its reason, in the commit
// that needs it.
package architecture
