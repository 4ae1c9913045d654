package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/aboveline/aboveline/events"
)

// AdminSubject is the subject of the token that [Issuer.WriteAdminToken] writes.
const AdminSubject events.Actor = "admin"

// renewal is the rest of life below which the administrator's token is replaced.
const renewal = 30 * 24 * time.Hour

// WriteAdminToken makes sure that the file at path (mode 0600) holds a token of
// the administrator and a newline. A token that is there and good for another 30
// days stays; one that is not (ended, of another issuer, damaged) is replaced in
// one step by a token that lives for [MaxTTL]. It fails when others than the
// owner have access to the file that is there.
func (i *Issuer) WriteAdminToken(path string) error {
	have, err := readPrivate(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("identity: administrator's token: %w", err)
	}
	verifier, err := i.Verifier()
	if err != nil {
		return err
	}
	id, err := verifier.Verify(context.Background(), string(bytes.TrimSpace(have)))
	if err == nil && id.Role == events.RoleAdministrator && id.Inspection == "" &&
		id.Expires.After(i.now().Add(renewal)) {
		return nil
	}
	token, err := i.Mint(Identity{Subject: AdminSubject, Role: events.RoleAdministrator}, MaxTTL)
	if err != nil {
		return err
	}
	if err := writePrivate(path, []byte(token+"\n"), os.Rename); err != nil {
		return fmt.Errorf("identity: administrator's token: %w", err)
	}
	return nil
}
