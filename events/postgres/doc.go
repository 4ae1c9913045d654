// Package postgres runs a private PostgreSQL server for one directory: the
// database of `aboveline serve`, and the server behind every test.
//
// [Find] locates the server programs that the system already has; [Start] brings
// a server up in a directory and [Server.Stop] takes it down. What holds:
//
//   - Reach. The server listens on a Unix socket only, never on TCP. The socket
//     lies in a directory of mode 0700 that belongs to the account the server runs
//     as, so that only that account and root can connect. Inside it the server
//     trusts whoever gets in (pg_hba "trust"): there is no password to lose, and
//     peer authentication would refuse root, under which the caller may run.
//   - Account. PostgreSQL refuses to run as root. A caller that is root starts the
//     server as "postgres", else as "nobody", or as whoever owns the data already.
//     Any other caller starts it as itself. Files that the server does not need
//     (the lock, the log) stay the caller's.
//   - Closed directories. Where the server's account may not pass a directory on
//     the way to the data (root's home, a 0700 temporary directory), the data
//     directory is handed over as an open descriptor; no mode is changed.
//   - Durability. With Config.Durable a committed transaction survives a crash of
//     the machine (fsync and full_page_writes on). Without it, it survives the end
//     of the process only, kill -9 included. Pages carry checksums either way.
//   - One at a time. A lock file is held from Start until the server has ended; a
//     second Start on the directory fails, see [IsInUse].
//   - No orphans. On Linux the kernel sends the server SIGQUIT (immediate
//     shutdown) when the process that started it ends in whatever way, kill -9
//     included; the next Start recovers from the write-ahead log. Where a server
//     of ours is still on its way down, Start ends it and goes on. A server that
//     somebody else started on the directory is refused, not ended.
//
// Goroutines: one per server, locked to its OS thread because the parent-death
// signal is tied to the thread that forked. It ends with the server; [Server.Done]
// is closed after it has released the lock.
//
// The first data directory of a PostgreSQL version is made by initdb and kept in
// the user's cache; later ones are copies of it (0.1 s instead of 1 s). Copies
// share the database system identifier, so a server that is to become one end of
// a replication set should be made by initdb itself.
package postgres
