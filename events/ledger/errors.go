package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/aboveline/aboveline/events"
)

// SQLSTATE codes that mean something to the ledger, from appendix A of the
// PostgreSQL manual.
const (
	codeUniqueViolation    = "23505"
	codeReadOnly           = "25006"
	codeIdleInTransaction  = "25P03"
	codeSerialization      = "40001"
	codeDeadlock           = "40P01"
	codeLockNotAvailable   = "55P03"
	codeQueryCanceled      = "57014"
	codeAdminShutdown      = "57P01"
	codeCrashShutdown      = "57P02"
	codeCannotConnectNow   = "57P03"
	codeIdleSessionTimeout = "57P05"
	classConnection        = "08"
	classResources         = "53" // disk full, out of memory, too many connections
	classSystem            = "58" // input or output of the operating system
)

// ambiguous is an error after COMMIT was sent and before it was answered.
type ambiguous struct{ err error }

func (e *ambiguous) Error() string {
	return "outcome unknown, COMMIT was not answered: " + e.err.Error()
}
func (e *ambiguous) Unwrap() error { return e.err }

// IsAmbiguous reports whether err leaves open if the transaction was committed:
// COMMIT was sent and no answer came. An Update with the same ids finds out. Ask
// for this first: such an error is mostly also IsUnavailable.
func IsAmbiguous(err error) bool {
	_, ok := errors.AsType[*ambiguous](err)
	return ok
}

// IsConflict reports whether err says that an event with the same id, or the same
// revision of the same stream, is in the programme already. Nothing was recorded;
// whoever decides again, on what is there now, may well succeed.
func IsConflict(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == codeUniqueViolation && pg.SchemaName == "ledger"
}

// IsUnavailable reports whether err is about the database's circumstances and not
// about what was asked, so that the same call may succeed later: no connection, a
// shutdown or restart, too many connections, disk or memory full, a read-only
// standby, a deadlock, a timeout of the server, or the deadline of the context. A
// cancelled context is none of these.
func IsUnavailable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case codeReadOnly, codeIdleInTransaction, codeSerialization, codeDeadlock, codeLockNotAvailable,
			codeQueryCanceled, codeAdminShutdown, codeCrashShutdown, codeCannotConnectNow, codeIdleSessionTimeout:
			return true
		}
		return strings.HasPrefix(pg.Code, classConnection) || strings.HasPrefix(pg.Code, classResources) ||
			strings.HasPrefix(pg.Code, classSystem)
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	var (
		network net.Error
		connect *pgconn.ConnectError
	)
	return errors.As(err, &network) || errors.As(err, &connect) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// DraftError refuses a [Draft] that the ledger could not keep. Nothing was sent to
// the database.
type DraftError struct {
	// Index is the draft's place among those given to Append, from 0.
	Index int
	ID    events.EventID
	// Field is the name of the Go field, Problem what is wrong with it and what
	// would be right.
	Field, Problem string
}

// Error implements error.
func (e *DraftError) Error() string {
	return fmt.Sprintf("ledger: draft %d (%s): %s %s", e.Index, e.ID, e.Field, e.Problem)
}

// IsDraft reports whether err refuses a draft, and which.
func IsDraft(err error) (*DraftError, bool) {
	return errors.AsType[*DraftError](err)
}
