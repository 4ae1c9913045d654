// Package entrytest makes entries for tests: [Samples] always the same ones,
// [Entries] any that are allowed.
package entrytest
