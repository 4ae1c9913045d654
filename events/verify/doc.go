// Package verify re-reads a whole ledger and says whether it is what it was: what
// an auditor runs who trusts neither the database nor those who administer it.
//
// It reads in one read-only transaction, so that it judges one moment while others
// append. Of every programme it checks
//
//   - that positions are 1, 2, 3 … without gaps, and times of recording never decrease;
//   - every column of every event against its leaf (events/proof/FORMAT.md);
//   - revisions of every stream: 1, 2, 3 … in the order of the positions;
//   - that no id is there twice;
//   - the head row: position, leaf, time, last control event and frontier;
//   - every hash tile and every root stored with one, none missing, none too many;
//   - every stored checkpoint: its signature, its row, its place in the line of
//     checkpoints, and that the leaves make the root that was signed;
//   - the checkpoints that the caller brings from outside of the database, likewise;
//   - that the inspections belong to the programme that recorded events of them.
//
// Who rewrites everything in the database, hashes included, still lacks the key: the
// signed checkpoints contradict the new history, and where those were removed as
// well, one from outside does ([Options].Since, [Options].Remembered).
//
// What is wrong is a [Difference]: the first position that fails, the column, what
// was expected and what was found. Where only a tree is known to differ, it is a
// range of positions, as narrow as frontiers, tiles and checkpoints allow.
//
// Memory is bounded whatever the ledger's size: events are streamed, and what needs
// sorting is sorted by the database. Nothing is written and no goroutine started.
package verify
