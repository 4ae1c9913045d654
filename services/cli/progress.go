package cli

import (
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// bar shows progress on a terminal, and nothing elsewhere.
type bar struct {
	writer   progress.Writer // nil: nothing is shown
	tracker  *progress.Tracker
	rendered chan struct{}
}

// progress starts a bar on standard error; stop must be called.
func (s *session) progress(what string, total int) *bar {
	if !terminal(s.stderr) {
		return &bar{}
	}
	b := &bar{
		writer: progress.NewWriter(), rendered: make(chan struct{}),
		tracker: &progress.Tracker{Message: what, Total: int64(total)},
	}
	b.writer.SetOutputWriter(s.stderr)
	b.writer.SetUpdateFrequency(100 * time.Millisecond)
	b.writer.SetTrackerLength(40)
	b.writer.AppendTracker(b.tracker)
	go func() {
		defer close(b.rendered)
		b.writer.Render()
	}()
	return b
}

// done says how much was done.
func (b *bar) done(done, _ int) {
	if b.writer != nil {
		b.tracker.SetValue(int64(done))
	}
}

// stop ends the bar where it stands.
func (b *bar) stop() {
	if b.writer == nil {
		return
	}
	b.tracker.MarkAsDone()
	b.writer.Stop()
	<-b.rendered
}
