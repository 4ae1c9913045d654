package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
)

// Vault seals and opens texts about persons with keys from the database. Its
// methods may be called from any goroutine. It does not close the pool.
type Vault struct {
	pool    *pgxpool.Pool
	master  MasterKey
	cache   *cache
	checked atomic.Bool // the master key is the right one
}

// New makes a vault of a migrated database. It does not talk to it: call
// [Vault.Check] at start.
func New(pool *pgxpool.Pool, master MasterKey) *Vault {
	return &Vault{pool: pool, master: master, cache: newCache()}
}

// Check compares the master key with the one that the vault was begun with, and
// begins the vault with it if it is the first. Another master key gives an error
// that satisfies [IsWrongMaster]: nothing could be opened with it. Of any number
// of processes that begin a vault with different keys at once, one succeeds.
//
// A role that may not write finds an unbegun vault in order.
func (v *Vault) Check(ctx context.Context) error {
	if v.master.master == nil {
		return errors.New("vault: no master key; it comes from LoadMasterKey or CreateMasterKey")
	}
	begun, err := v.begun(ctx)
	if err != nil || begun {
		return err
	}
	const begin = "INSERT INTO vault.master (id) VALUES ($1) ON CONFLICT (only_one) DO NOTHING"
	_, err = v.pool.Exec(ctx, begin, v.master.master.id)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" { // insufficient_privilege
		return nil
	}
	if err != nil {
		return fmt.Errorf("vault: begin: %w", err)
	}
	_, err = v.begun(ctx)
	return err
}

// begun says whether there is a master key, which then is ours.
func (v *Vault) begun(ctx context.Context) (bool, error) {
	var id []byte
	err := v.pool.QueryRow(ctx, "SELECT id FROM vault.master").Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("vault: check the master key: %w", err)
	}
	if !bytes.Equal(id, v.master.master.id) {
		return false, fmt.Errorf("vault: %w", errWrongMaster)
	}
	v.checked.Store(true)
	return true, nil
}

// row is a row of vault.keys.
type row struct {
	id        uuid.UUID
	programme events.Programme
	person    Person
	master    []byte
	wrapped   []byte // nil: destroyed
}

const rowColumns = "id, programme, person, master, wrapped"

func scanRow(r pgx.CollectableRow) (row, error) {
	var k row
	err := r.Scan(&k.id, &k.programme, &k.person, &k.master, &k.wrapped)
	return k, err
}

// unwrap makes the key of a row that is not destroyed.
func (v *Vault) unwrap(r row) (Key, error) {
	if !bytes.Equal(r.master, v.master.master.id) {
		return Key{}, fmt.Errorf("vault: key %s: %w", r.id, errWrongMaster)
	}
	secret, err := v.master.master.open(r.wrapped, r.id, r.programme, r.person)
	if err != nil {
		return Key{}, err
	}
	return newKey(secret, r.id, r.programme)
}

// Open decrypts a text that was sealed for the place aad. It asks the database in
// one round trip, every time, so that a key that was destroyed a moment ago opens
// nothing. Errors satisfy [IsErased], [IsTampered], [IsUnknownKey] or
// [IsWrongMaster], or are the database's.
func (v *Vault) Open(ctx context.Context, s events.Sealed, aad AAD) (string, error) {
	if v.master.master == nil {
		return "", errors.New("vault: no master key; it comes from LoadMasterKey or CreateMasterKey")
	}
	rows, err := v.pool.Query(ctx, "SELECT "+rowColumns+" FROM vault.keys WHERE id = $1", s.Key)
	if err != nil {
		return "", fmt.Errorf("vault: read key %s: %w", s.Key, err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRow)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("vault: key %s: %w", s.Key, errUnknownKey)
	}
	if err != nil {
		return "", fmt.Errorf("vault: read key %s: %w", s.Key, err)
	}
	if r.wrapped == nil {
		return "", &erasedError{programme: r.programme, persons: []Person{r.person}}
	}
	k, err := v.unwrap(r)
	if err != nil {
		return "", err
	}
	return k.open(s.Box, aad)
}

// Destroy destroys a person's key, for ever: every text sealed with it is gone.
// It returns true if there was a key to destroy, false if the person has none or
// it was destroyed before. The database role needs UPDATE (wrapped, destroyed_at)
// on vault.keys, which none of Aboveline's group roles has.
func (v *Vault) Destroy(ctx context.Context, p events.Programme, person Person) (bool, error) {
	const destroy = "UPDATE vault.keys SET wrapped = NULL, destroyed_at = now() " +
		"WHERE person = $1 AND programme = $2 AND destroyed_at IS NULL"
	tag, err := v.pool.Exec(ctx, destroy, person, p)
	v.cache.drop(p, person)
	if err != nil {
		return false, fmt.Errorf("vault: destroy a key of programme %s: %w", p, err)
	}
	return tag.RowsAffected() == 1, nil
}
