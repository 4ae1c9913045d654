package courier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// ReceiptsKept is how long receipts can be fetched from the stream RECEIPTS.
	ReceiptsKept = 7 * 24 * time.Hour
	// DuplicateWindow is how long a stream remembers message UUIDs. The ledger remembers event ids for ever; this window
	// only spares it the work.
	DuplicateWindow = 2 * time.Minute
)

// Streams is the wanted configuration of Aboveline's streams with so many replicas: SUBMISSIONS is a work queue, from
// which a message goes when it is acknowledged; RECEIPTS keeps ReceiptsKept; PARKED keeps everything. All are on disk.
func Streams(replicas int) []jetstream.StreamConfig {
	base := jetstream.StreamConfig{
		Storage: jetstream.FileStorage, Replicas: replicas, Duplicates: DuplicateWindow,
		Retention: jetstream.LimitsPolicy, AllowDirect: true,
	}
	submissions, receipts, parked := base, base, base
	submissions.Name, submissions.Subjects = StreamSubmissions, []string{"submissions.>"}
	submissions.Retention = jetstream.WorkQueuePolicy
	receipts.Name, receipts.Subjects, receipts.MaxAge = StreamReceipts, []string{"receipts.>"}, ReceiptsKept
	parked.Name, parked.Subjects = StreamParked, []string{"parked.>"}
	return []jetstream.StreamConfig{submissions, receipts, parked}
}

// EnsureStreams creates the streams that are missing and brings existing ones to the settings of Streams, leaving alone
// what Streams does not set (size limits, placement, description). What a server cannot change, storage and a change of
// retention to or from a work queue, is refused with a *StreamMismatch before anything is changed. It is safe to run from
// several processes at once.
func EnsureStreams(ctx context.Context, js jetstream.JetStream, replicas int) error {
	if replicas < 1 || replicas > 5 {
		return fmt.Errorf("courier: %d replicas; a stream has 1 to 5, and 1 or 3 is usual", replicas)
	}
	wanted := Streams(replicas)
	existing := make([]*jetstream.StreamConfig, len(wanted))
	for i, want := range wanted {
		have, err := streamConfig(ctx, js, want.Name)
		if err != nil {
			return err
		}
		if have != nil {
			if err := unchangeable(*have, want); err != nil {
				return err
			}
		}
		existing[i] = have
	}
	for i, want := range wanted {
		if err := ensureStream(ctx, js, existing[i], want); err != nil {
			return err
		}
	}
	return nil
}

func streamConfig(ctx context.Context, js jetstream.JetStream, name string) (*jetstream.StreamConfig, error) {
	stream, err := js.Stream(ctx, name)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return nil, nil //nolint:nilnil // no stream and no error is an answer here
	case err != nil:
		return nil, fmt.Errorf("courier: stream %s: %w", name, err)
	}
	return &stream.CachedInfo().Config, nil
}

func ensureStream(ctx context.Context, js jetstream.JetStream, have *jetstream.StreamConfig, want jetstream.StreamConfig) error {
	if have == nil {
		if _, err := js.CreateStream(ctx, want); err != nil {
			return fmt.Errorf("courier: creating stream %s: %w", want.Name, err)
		}
		return nil
	}
	next := *have
	next.Subjects, next.Retention, next.Replicas = want.Subjects, want.Retention, want.Replicas
	next.MaxAge, next.Duplicates, next.AllowDirect = want.MaxAge, want.Duplicates, want.AllowDirect
	if slices.Equal(have.Subjects, next.Subjects) && have.Retention == next.Retention && have.Replicas == next.Replicas &&
		have.MaxAge == next.MaxAge && have.Duplicates == next.Duplicates && have.AllowDirect == next.AllowDirect {
		return nil
	}
	if _, err := js.UpdateStream(ctx, next); err != nil {
		return fmt.Errorf("courier: updating stream %s: %w", want.Name, err)
	}
	return nil
}

// StreamMismatch says that an existing stream has a setting that cannot be changed.
type StreamMismatch struct {
	Stream, Setting, Have, Want string
}

func (e *StreamMismatch) Error() string {
	return fmt.Sprintf("courier: stream %s exists with %s %q and needs %q, which a server cannot change; "+
		"back it up and delete it (nats stream backup, nats stream rm), or use another account",
		e.Stream, e.Setting, e.Have, e.Want)
}

func unchangeable(have, want jetstream.StreamConfig) error {
	if have.Storage != want.Storage {
		return &StreamMismatch{want.Name, "storage", have.Storage.String(), want.Storage.String()}
	}
	if have.Retention != want.Retention {
		return &StreamMismatch{want.Name, "retention", have.Retention.String(), want.Retention.String()}
	}
	return nil
}
