package checkpoint

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// originPrefix starts the first line of every checkpoint.
const originPrefix = "aboveline/"

const upperHex = "0123456789ABCDEF"

// Checkpoint is a tree head: what the log of a programme was when it had Size
// events.
type Checkpoint struct {
	Programme events.Programme
	// Size is the number of events, which is the position of the last one.
	Size uint64
	// Root is the RFC 6962 root over their leaves.
	Root [32]byte
}

// Origin is the first line of a programme's checkpoints: "aboveline/" and the
// programme's name, with every byte but letters, digits and -._~ as %XX.
func Origin(p events.Programme) string {
	var b strings.Builder
	b.WriteString(originPrefix)
	for i := range len(p) {
		if c := p[i]; plain(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

func plain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '-' || c == '.' || c == '_' || c == '~'
}

// programmeOf undoes Origin and refuses what it never writes.
func programmeOf(origin string) (events.Programme, error) {
	escaped, ok := strings.CutPrefix(origin, originPrefix)
	var b strings.Builder
	for i := 0; ok && i < len(escaped); i++ {
		if escaped[i] != '%' {
			b.WriteByte(escaped[i])
			continue
		}
		c, err := strconv.ParseUint(escaped[i+1:min(i+3, len(escaped))], 16, 8)
		if err != nil {
			ok = false
			break
		}
		b.WriteByte(byte(c))
		i += 2
	}
	p := events.Programme(b.String())
	if !ok || p == "" || Origin(p) != origin {
		return "", fmt.Errorf("checkpoint: the origin %q is not of the form %s<programme>", clip(origin), originPrefix)
	}
	return p, nil
}

// Body is the text that is signed.
func (c Checkpoint) Body() string {
	return Origin(c.Programme) + "\n" + strconv.FormatUint(c.Size, 10) + "\n" +
		base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
}

// parseBody reads the text of a note, strictly: there is one way only to write the
// three lines. Extension lines are passed over; the signature covers them.
func parseBody(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return Checkpoint{}, errors.New("checkpoint: the text has fewer than three lines: origin, size, root")
	}
	if slices.Contains(lines[3:len(lines)-1], "") {
		return Checkpoint{}, errors.New("checkpoint: the text has an empty extension line")
	}
	p, err := programmeOf(lines[0])
	if err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{Programme: p}
	c.Size, err = strconv.ParseUint(lines[1], 10, 64)
	if err != nil || strconv.FormatUint(c.Size, 10) != lines[1] || c.Size > math.MaxInt64 {
		return Checkpoint{}, fmt.Errorf("checkpoint: the size %q is not a number of events", clip(lines[1]))
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(c.Root) {
		return Checkpoint{}, fmt.Errorf("checkpoint: the root %q is not the base64 of 32 bytes", clip(lines[2]))
	}
	c.Root = [32]byte(root)
	return c, nil
}

// clip keeps error texts short.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
