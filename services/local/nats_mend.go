package local

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const (
	// mendEvery is how often a store that stopped is looked after.
	mendEvery = time.Second
	// mendRoom is how many bytes must fit on the disk before the store is opened again.
	mendRoom = 1 << 20
)

// storeStopped tells the lines with which nats-server 2.15 says that a store takes no more writes. It stays so, also when
// there is room again, until JetStream is started anew; and a message that cannot be stored gets no answer.
func storeStopped(line string) bool {
	return strings.Contains(line, "critical write error") || strings.Contains(line, "will be DISABLED")
}

// mend starts JetStream anew after its store stopped, as soon as the disk takes writes again. Connections stay; consumers
// go on where they were.
func (n *NATS) mend(opts *server.Options, broken <-chan struct{}) {
	defer close(n.mended)
	tick := time.NewTicker(mendEvery)
	defer tick.Stop()
	for {
		select {
		case <-broken:
		case <-n.quit:
			return
		}
		n.log.Error("the NATS store takes no more writes; it is opened again when there is room",
			slog.String("dir", opts.StoreDir))
		for err := n.reopen(opts); err != nil; err = n.reopen(opts) {
			n.log.Warn("the NATS store stays closed", slog.Any("error", err))
			select {
			case <-tick.C:
			case <-n.quit:
				return
			}
		}
		select {
		case <-broken: // what it said before it was opened again
		default:
		}
		n.log.Info("the NATS store is open again")
	}
}

// reopen does what a reload of the server's configuration does after JetStream was disabled at run time.
func (n *NATS) reopen(opts *server.Options) error {
	if err := room(opts.StoreDir); err != nil {
		return err
	}
	if err := n.server.ShutdownJetStream(); err != nil {
		return fmt.Errorf("local: stopping JetStream: %w", err)
	}
	err := n.server.EnableJetStream(&server.JetStreamConfig{
		StoreDir: opts.StoreDir, SyncInterval: opts.SyncInterval, MaxMemory: opts.JetStreamMaxMemory,
		MaxStore: opts.JetStreamMaxStore, Strict: !opts.NoJetStreamStrict,
	})
	if err != nil {
		return fmt.Errorf("local: starting JetStream: %w", err)
	}
	return nil
}

// room tries whether the disk takes writes.
func room(dir string) (err error) {
	f, err := os.CreateTemp(dir, ".room-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, mendRoom))
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
