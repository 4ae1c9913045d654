-- Static queries of the ledger; `sqlc generate` makes internal/queries of them.
-- Where a lookup must not use an index that leads with the programme, it compares
-- `programme || ''`, which no index serves.

-- name: GetHead :one
SELECT position, leaf, control, recorded_at FROM ledger.logs WHERE programme = @programme;

-- name: Programmes :many
SELECT programme FROM ledger.logs WHERE position > 0 ORDER BY programme;

-- name: LockHead :one
SELECT position, leaf, control, recorded_at, frontier FROM ledger.logs WHERE programme = @programme FOR UPDATE;

-- name: CreateHead :exec
INSERT INTO ledger.logs (programme) VALUES (@programme) ON CONFLICT (programme) DO NOTHING;

-- name: UpdateHead :execrows
UPDATE ledger.logs SET position = @position, leaf = @leaf, control = @control, recorded_at = @recorded_at,
    frontier = @frontier
WHERE programme = @programme;

-- name: Settings :exec
SELECT set_config('enable_seqscan', 'off', true), set_config('idle_in_transaction_session_timeout', '60000', true),
    CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END;

-- name: Known :many
SELECT event_id, programme, position, revision, recorded_at, digest, stream FROM ledger.events
WHERE event_id = ANY(@ids::uuid[]);

-- name: ClaimInspection :exec
INSERT INTO ledger.inspections (inspection, programme) VALUES (@inspection, @programme)
ON CONFLICT (inspection) DO NOTHING;

-- name: ProgrammeOf :one
SELECT programme FROM ledger.inspections WHERE inspection = @inspection;

-- name: ReadRange :many
SELECT * FROM ledger.events
WHERE programme = @programme AND position > @after AND position <= @until
ORDER BY position;

-- name: ReadInspection :many
SELECT * FROM ledger.events
WHERE programme = @programme AND position > @after AND inspection = @inspection
ORDER BY position LIMIT @batch;

-- name: ReadType :many
SELECT * FROM ledger.events
WHERE programme = @programme AND position > @after AND type = @type
ORDER BY position LIMIT @batch;

-- name: ReadControlType :many
SELECT * FROM ledger.events
WHERE programme = @programme AND position > @after AND type = @type
    AND type IN (
        'ProgrammeOpened', 'FrameworkPublished', 'FrameworkRestored', 'InspectionOpened', 'InspectionClosed',
        'TeamMemberAdded', 'TeamMemberRemoved'
    )
ORDER BY position LIMIT @batch;

-- name: ReadStream :many
SELECT * FROM ledger.events
WHERE stream = @stream AND revision > @after AND programme || '' = @programme
ORDER BY revision LIMIT @batch;

-- name: ReadID :many
SELECT * FROM ledger.events
WHERE event_id = @id AND programme || '' = @programme;

-- name: ReadControl :many
SELECT * FROM ledger.events
WHERE programme = @programme AND position > @after AND type IN (
    'ProgrammeOpened', 'FrameworkPublished', 'FrameworkRestored', 'InspectionOpened', 'InspectionClosed',
    'TeamMemberAdded', 'TeamMemberRemoved'
)
ORDER BY position;

-- name: ReadPositions :many
SELECT * FROM ledger.events
WHERE programme = @programme AND position = ANY(@positions::bigint[])
ORDER BY position;
