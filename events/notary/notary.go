package notary

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
)

// Config is what a notary needs; all but Pool and Key may be left out.
type Config struct {
	// Pool has the rights of aboveline_notary.
	Pool *pgxpool.Pool
	Key  *checkpoint.Key
	// Memory is a directory in which the last checkpoint of each programme is kept
	// outside of the database, one file each. It is made if absent. Without it, a
	// notary remembers as long as it runs.
	Memory string
	// Witnesses are those whose signatures are kept with a checkpoint.
	Witnesses []checkpoint.Witness
	// OnSigned is told of every checkpoint that this notary signed, after it is
	// stored. OnRefused is told why one was not signed, for which IsContradiction
	// is true. Both run within Sign and must not call it.
	OnSigned  func(ctx context.Context, c checkpoint.Signed)
	OnRefused func(ctx context.Context, p events.Programme, err error)
	Log       *slog.Logger
}

// Notary signs checkpoints. It is safe for concurrent use and has nothing to close.
type Notary struct {
	config Config
	memory *memory

	mu    sync.Mutex
	turns map[events.Programme]chan struct{} // of capacity 1: who is in it signs
}

// New makes a notary and reads what it remembers.
func New(c Config) (*Notary, error) {
	if c.Pool == nil || c.Key == nil {
		return nil, errors.New("notary: config needs Pool and Key")
	}
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	m, err := openMemory(c.Memory, c.Key.Verifier())
	if err != nil {
		return nil, err
	}
	return &Notary{config: c, memory: m, turns: map[events.Programme]chan struct{}{}}, nil
}

// Sign returns a checkpoint that covers everything that was recorded before the
// call: the last one if the head has not moved, else a new one, which is stored
// first. An error may be one of [IsEmpty], [IsContradiction] or, for circumstances
// of the database, ledger.IsUnavailable.
func (n *Notary) Sign(ctx context.Context, p events.Programme) (checkpoint.Signed, error) {
	s, err := n.sign(ctx, p)
	if IsContradiction(err) {
		n.config.Log.ErrorContext(ctx, "checkpoint refused", slog.String("programme", string(p)), slog.Any("error", err))
		if n.config.OnRefused != nil {
			n.config.OnRefused(ctx, p, err)
		}
	}
	return s, err
}

func (n *Notary) sign(ctx context.Context, p events.Programme) (checkpoint.Signed, error) {
	s, err := n.state(ctx, n.config.Pool, p)
	if err != nil || uint64(s.head.N) == s.last.Size {
		return s.last, err
	}
	turn := n.turn(p)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return checkpoint.Signed{}, ctx.Err()
	}
	var (
		signed checkpoint.Signed
		added  bool
	)
	err = pgx.BeginTxFunc(ctx, n.config.Pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) (err error) {
		signed, added, err = n.extend(ctx, tx, p)
		return err
	})
	if err != nil {
		if IsContradiction(err) || IsEmpty(err) {
			return checkpoint.Signed{}, err
		}
		return checkpoint.Signed{}, fmt.Errorf("notary: sign a checkpoint of %q: %w", p, err)
	}
	if err := n.memory.keep(signed); err != nil {
		return checkpoint.Signed{}, err
	}
	if added {
		n.config.Log.DebugContext(ctx, "checkpoint signed", slog.String("programme", string(p)), slog.Uint64("size", signed.Size))
		if n.config.OnSigned != nil {
			n.config.OnSigned(ctx, signed)
		}
	}
	return signed, nil
}

// turn is where those who sign for p in this process wait for each other, so that
// they do not all hold a connection meanwhile.
func (n *Notary) turn(p events.Programme) chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	c, ok := n.turns[p]
	if !ok {
		c = make(chan struct{}, 1)
		n.turns[p] = c
	}
	return c
}

const insertCosignature = `INSERT INTO ledger.cosignatures (programme, size, witness, line) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING`

// Cosign keeps the signatures of known witnesses ([Config.Witnesses]) on a stored
// checkpoint and returns it with all it has by now. The first signature of a
// witness on a checkpoint stays. If the log has not signed this very text, or no
// known witness has, the error is one for which IsRefusedCosignature is true.
func (n *Notary) Cosign(ctx context.Context, p events.Programme, msg []byte) (checkpoint.Signed, error) {
	c, err := checkpoint.Cosignatures(msg, n.config.Key.Verifier(), n.config.Witnesses)
	if err == nil && c.Programme != p {
		err = fmt.Errorf("it is a checkpoint of %q", c.Programme)
	}
	if err != nil {
		return c, &cosignatureError{err}
	}
	log := Log{n.config.Pool}
	stored, err := log.At(ctx, p, c.Size)
	if err != nil {
		return c, err
	}
	if c.Checkpoint != stored.Checkpoint {
		return c, &contradiction{p, fmt.Sprintf("the cosigned checkpoint of size %d is another one than the stored", c.Size), nil}
	}
	for _, w := range c.Witnesses {
		if _, err := n.config.Pool.Exec(ctx, insertCosignature, string(p), int64(c.Size), w.Witness, w.Line); err != nil {
			return c, fmt.Errorf("notary: keep a cosignature: %w", err)
		}
	}
	return log.At(ctx, p, c.Size)
}
