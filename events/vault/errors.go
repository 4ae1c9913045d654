package vault

import (
	"errors"
	"fmt"

	"github.com/aboveline/aboveline/events"
)

var (
	errTampered    = errors.New("the sealed text does not belong here or was altered")
	errUnknownKey  = errors.New("the vault has no such key")
	errWrongMaster = errors.New("the master key is not the one that this vault was begun with; " +
		"give the file that was in use before, the keys in the vault cannot be unwrapped without it")
)

// erasedError names the persons whose keys are destroyed.
type erasedError struct {
	programme events.Programme
	persons   []Person
}

func (e *erasedError) Error() string {
	return fmt.Sprintf("vault: programme %s: the keys of %d persons are destroyed", e.programme, len(e.persons))
}

// IsErased says whether err means that a person's key was destroyed: nothing can
// be sealed for them or opened any more.
func IsErased(err error) bool {
	_, ok := errors.AsType[*erasedError](err)
	return ok
}

// Erased lists the persons whose keys are destroyed, for an error of [Vault.Keys]
// or [Vault.Open] that satisfies [IsErased]; nil for any other.
func Erased(err error) []Person {
	if e, ok := errors.AsType[*erasedError](err); ok {
		return e.persons
	}
	return nil
}

// IsTampered says whether err means that a sealed text is not what was sealed for
// this field of this event.
func IsTampered(err error) bool { return errors.Is(err, errTampered) }

// IsUnknownKey says whether err means that the vault never had the key.
func IsUnknownKey(err error) bool { return errors.Is(err, errUnknownKey) }

// IsWrongMaster says whether err means that the process was given another master
// key than the vault was begun with.
func IsWrongMaster(err error) bool { return errors.Is(err, errWrongMaster) }
