package audit

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/aboveline/aboveline/events/postgres"
)

// Lines of postmaster.pid, in which a PostgreSQL server says where it is; see
// pidfile.h of its source.
const (
	linePort   = 3
	lineSocket = 4
)

// running is the URL of the database of the server that runs on a data directory.
func running(data string) (string, error) {
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return "", fmt.Errorf("verify: the database is in use and does not say where it is: %w; try again", err)
	}
	lines := strings.Split(string(b), "\n")
	if len(lines) <= lineSocket || lines[lineSocket] == "" {
		return "", fmt.Errorf("verify: the database of %s is starting or stopping; try again", data)
	}
	q := url.Values{"host": {lines[lineSocket]}, "port": {lines[linePort]}}
	u := url.URL{Scheme: "postgres", User: url.User(postgres.Superuser), Path: "/" + database, RawQuery: q.Encode()}
	return u.String(), nil
}
