package serve

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Ready is the content of the ready file.
type Ready struct {
	URL            string `json:"url"`
	NATSURL        string `json:"nats_url"`
	DatabaseURL    string `json:"database_url"`
	AdminTokenFile string `json:"admin_token_file"`
	NATSCredsFile  string `json:"nats_creds_file"`
	PID            int    `json:"pid"`
}

// write puts the file there in one step, readable by its owner only.
func (r Ready) write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".ready-")
	if err != nil {
		return fmt.Errorf("serve: ready file: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("serve: ready file: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("serve: ready file: %w", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("serve: ready file: %w", err)
	}
	return nil
}
