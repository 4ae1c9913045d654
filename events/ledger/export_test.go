package ledger

import "github.com/jackc/pgx/v5/pgxpool"

// Pool is the one that l works on.
func Pool(l *Ledger) *pgxpool.Pool { return l.pool }

// ReadPrefixes is the query of Tx.ReadStreams, PrefixEnd what ends its ranges.
const ReadPrefixes = readPrefixes

var PrefixEnd = prefixEnd
