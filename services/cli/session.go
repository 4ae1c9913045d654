package cli

import (
	"encoding/json"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/aboveline/aboveline/services/client"
)

// session is what every command works with.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	json           bool
	server         string
	tokenFile      string
}

// client is a client of the server with the token that the flags name.
func (s *session) client() (*client.Client, error) {
	if s.tokenFile == "" {
		return nil, usagef("name a token file with --token-file or ABOVELINE_TOKEN_FILE; " +
			"the administrator's is admin.token in the server's data directory")
	}
	token, err := client.TokenFrom(s.tokenFile)
	if err != nil {
		return nil, err
	}
	c, err := client.New(s.server, token)
	if err != nil {
		return nil, usagef("--server: %v", err)
	}
	return c, nil
}

// printJSON prints one value on a line of its own.
func (s *session) printJSON(v any) error {
	e := json.NewEncoder(s.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// terminal reports whether w is one.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
