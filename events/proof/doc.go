// Package proof turns recorded events into leaves of an RFC 6962 hash tree.
//
// One programme is one tree. Its n-th leaf (from 0) is the event at position
// n+1, and the leaf hash covers every column of the event: who, when, what, about
// whom, in which place of the log, and the data byte for byte. FORMAT.md beside
// this file specifies the bytes; they never change for version 1, since every
// checkpoint ever signed rests on them. A new column needs a new version.
//
// A [Frontier] is what a writer keeps to append to the tree without reading it:
// at most 64 hashes. It is not safe for concurrent use; the ledger keeps it in
// the row that it locks. Nothing here does input or output, keeps state between
// calls or starts goroutines.
package proof
