package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aboveline/aboveline/services/client"
)

// errRefused is returned by a command that was done and had entries refused; it
// has said which.
var errRefused = errors.New("some entries were refused")

// errReported is returned by a command that failed and has said why.
var errReported = errors.New("failed")

// usageError is a command line that cannot be run.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// exit says what went wrong and returns the exit code for it.
func (s *session) exit(ctx context.Context, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, errRefused):
		return ExitRefused
	case errors.Is(err, errReported):
		return ExitFailed
	case errors.As(err, &usage):
		fmt.Fprintln(s.stderr, "aboveline:", err)
		return ExitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(s.stderr, "aboveline: interrupted; running the same command again is safe")
		return ExitFailed
	}
	fmt.Fprintln(s.stderr, "aboveline:", s.explain(err))
	return ExitFailed
}

// explain words an error for the person at the terminal.
func (s *session) explain(err error) string {
	var answer *client.Error
	var dial *net.OpError
	var request *url.Error
	switch {
	case errors.As(err, &answer) && answer.Status == http.StatusUnauthorized:
		return fmt.Sprintf("%s does not accept the token in %s: %v", s.server, s.tokenFile, answer)
	case errors.As(err, &answer):
		return answer.Error()
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Sprintf("no server answers at %s (%v); start one with `aboveline serve`, or name another with --server",
			s.server, dial.Err)
	case errors.As(err, &request):
		return fmt.Sprintf("%s: %v", s.server, request.Err)
	}
	message := err.Error()
	for _, pkg := range []string{"serve: ", "importer: ", "client: ", "local: ", "courier: "} { // the reader knows no packages
		message = strings.TrimPrefix(message, pkg)
	}
	return message
}
