package local

import (
	"fmt"
	"log/slog"
	"sync"
)

// natsLog passes the server's log lines to slog and keeps the first fatal one: the embedded server must not end the
// process, so a fatal line is how it says that it did not start. Notices are logged as Debug.
type natsLog struct {
	log    *slog.Logger
	broken chan struct{} // has a value after the store stopped

	mu    sync.Mutex
	fatal string
}

func (l *natsLog) Noticef(format string, v ...any) { l.log.Debug(natsSays, line(format, v)) }
func (l *natsLog) Debugf(format string, v ...any)  { l.log.Debug(natsSays, line(format, v)) }
func (l *natsLog) Tracef(format string, v ...any)  { l.log.Debug(natsSays, line(format, v)) }
func (l *natsLog) Warnf(format string, v ...any)   { l.log.Warn(natsSays, line(format, v)) }

func (l *natsLog) Errorf(format string, v ...any) {
	said := line(format, v)
	l.log.Error(natsSays, said)
	if storeStopped(said.Value.String()) {
		select {
		case l.broken <- struct{}{}:
		default:
		}
	}
}

func (l *natsLog) Fatalf(format string, v ...any) {
	l.log.Error(natsSays, line(format, v))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fatal == "" {
		l.fatal = fmt.Sprintf(format, v...)
	}
}

const natsSays = "nats server says"

func line(format string, v []any) slog.Attr { return slog.String("line", fmt.Sprintf(format, v...)) }

func (l *natsLog) failure() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}
