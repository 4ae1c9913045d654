package audit

import "path/filepath"

// KeyFile is where a data directory has the signing key of the log. The public one
// is beside it (checkpoint.VerifierFile).
func KeyFile(dataDir string) string { return filepath.Join(dataDir, "log.key") }

// MemoryDir is where a data directory has the last checkpoints of its notary.
func MemoryDir(dataDir string) string { return filepath.Join(dataDir, "checkpoints") }
