package postgres

import (
	"errors"
	"fmt"
)

// missingError says that no server programs were found, and what would help.
type missingError struct{ wanted string }

func (e *missingError) Error() string {
	return "postgres: no " + e.wanted + " server programs (postgres, initdb) in PATH, /usr/lib/postgresql/*/bin, " +
		"/usr/pgsql-*/bin or Homebrew; install them: " + installHint
}

// IsMissing says whether err means that the machine has no usable PostgreSQL
// server programs. The error's text names the command that installs them.
func IsMissing(err error) bool {
	var e *missingError
	return errors.As(err, &e)
}

// inUseError says that a directory already has a running server.
type inUseError struct {
	dir string
	who string
}

func (e *inUseError) Error() string {
	return fmt.Sprintf("postgres: %s is in use by %s; stop that first, or choose another directory", e.dir, e.who)
}

// IsInUse says whether err means that the directory already has a server, of
// this process or of another.
func IsInUse(err error) bool {
	var e *inUseError
	return errors.As(err, &e)
}
