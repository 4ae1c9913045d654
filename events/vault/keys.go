package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
)

// Keys returns the keys of persons of one programme, making those that do not
// exist yet. Persons may be named more than once. It takes one round trip, none if
// all the keys are in memory; a new key is committed when Keys returns.
//
// Where keys are destroyed, the error satisfies [IsErased], names their persons
// ([Erased]), and the map holds the keys of all others. With any other error the
// map is nil.
func (v *Vault) Keys(ctx context.Context, p events.Programme, persons []Person) (map[Person]Key, error) {
	if p == "" {
		return nil, errors.New("vault: keys of no programme")
	}
	for _, person := range persons {
		if err := person.validate(); err != nil {
			return nil, err
		}
	}
	if !v.checked.Load() {
		if err := v.Check(ctx); err != nil {
			return nil, err
		}
	}
	found := make(map[Person]Key, len(persons))
	left := v.cache.take(p, persons, found)
	if len(left) == 0 {
		return found, nil
	}
	since := time.Now()
	rows, err := v.insertAndRead(ctx, p, left)
	if err != nil {
		return nil, err
	}
	var erased []Person
	for _, r := range rows {
		if r.wrapped == nil {
			erased = append(erased, r.person)
			continue
		}
		k, err := v.unwrap(r)
		if err != nil {
			return nil, err
		}
		found[r.person] = k
		v.cache.put(p, r.person, k, since)
	}
	if len(rows) != len(left) {
		return nil, fmt.Errorf("vault: programme %s: %d keys for %d persons", p, len(rows), len(left))
	}
	if erased != nil {
		return found, &erasedError{programme: p, persons: erased}
	}
	return found, nil
}

// Both statements run in one transaction, the second with a snapshot of its own:
// it sees the keys that the first made and those that made the first do nothing.
const (
	insertKeys = `INSERT INTO vault.keys (id, person, wrapped, programme, master)
SELECT n.id, n.person, n.wrapped, $4, $5
FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS n (id, person, wrapped)
ON CONFLICT (person, programme) DO NOTHING`
	readKeys = `SELECT ` + rowColumns + ` FROM vault.keys WHERE person = ANY ($1) AND programme = $2`
)

// insertAndRead offers a new key for every person and reads back whichever key
// there is then. Inserting in one order everywhere keeps two processes that make
// the same keys from waiting for each other in a circle.
func (v *Vault) insertAndRead(ctx context.Context, p events.Programme, persons []Person) ([]row, error) {
	slices.Sort(persons)
	ids := make([]uuid.UUID, len(persons))
	wrapped := make([][]byte, len(persons))
	for i, person := range persons {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
		var secret [secretSize]byte
		rand.Read(secret[:]) // never fails, see crypto/rand
		ids[i], wrapped[i] = id, v.master.master.seal(&secret, id, p, person)
	}
	var rows []row
	batch := &pgx.Batch{}
	batch.Queue(insertKeys, ids, persons, wrapped, p, v.master.master.id)
	batch.Queue(readKeys, persons, p).Query(func(r pgx.Rows) (err error) {
		rows, err = pgx.CollectRows(r, scanRow)
		return err
	})
	if err := v.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("vault: keys of programme %s: %w", p, err)
	}
	return rows, nil
}
