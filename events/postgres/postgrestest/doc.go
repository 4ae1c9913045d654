// Package postgrestest gives each test a PostgreSQL database of its own.
//
// A test binary starts one private server, at the first database it asks for.
// The databases are copies of a template that is migrated once per binary, and
// are dropped when their test ends; tests may run in parallel.
//
//	var ledgers = postgrestest.Template("ledger", ledger.MigrateURL)
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
//
//	func TestAppend(t *testing.T) {
//		t.Parallel()
//		pool := ledgers.New(t)
//		…
//	}
//
// Without PostgreSQL on the machine a test fails, with the command that would
// install it; it never skips. The server does not outlive the binary, whether it
// ends, panics or is killed. [Main] also removes its files; without it, the next
// binary that starts a server does.
//
// The server is not durable (fsync off, autovacuum off): it keeps what a test
// wrote for as long as the machine stays up. Tests of goroutine leaks wrap their
// TestMain as goleak.VerifyTestMain(postgrestest.M{M: m}).
package postgrestest
