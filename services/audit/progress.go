package audit

import (
	"fmt"
	"io"
	"time"

	"github.com/aboveline/aboveline/events/verify"
)

// ProgressLine shows progress on a terminal, in one line that it writes again, at
// most ten times a second. The second function clears the line; call it at the end.
func ProgressLine(w io.Writer) (show func(verify.Progress), wipe func()) {
	const often = 100 * time.Millisecond
	var last time.Duration
	shown := false
	show = func(p verify.Progress) {
		if shown && p.Elapsed-last < often {
			return
		}
		shown, last = true, p.Elapsed
		fmt.Fprintf(w, "\r\x1b[K%s: %s, %d of %d events, %d/s", p.Programme, p.Phase, p.Done, p.Total, p.PerSecond)
	}
	return show, func() {
		if shown {
			fmt.Fprint(w, "\r\x1b[K")
		}
	}
}
