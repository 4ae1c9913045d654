-- +goose Up

-- The life of a generation: see STATES.md.
ALTER TABLE projections.generations
    ADD COLUMN state        text NOT NULL DEFAULT 'active' CHECK (
        state IN ('building', 'ready', 'active', 'previous', 'failed', 'dropped')),
    ADD COLUMN phase        text NOT NULL DEFAULT '',      -- what the builder is at
    ADD COLUMN tables       text[] NOT NULL DEFAULT '{}',  -- that have a partition of it
    ADD COLUMN attached     boolean NOT NULL DEFAULT true, -- the partitions belong to their tables
    ADD COLUMN cleared      boolean NOT NULL DEFAULT false, -- the partitions are gone
    ADD COLUMN wanted       boolean NOT NULL DEFAULT false, -- a previous one that is to be active again
    ADD COLUMN throttle     integer NOT NULL DEFAULT 0 CHECK (throttle >= 0), -- events per second; 0: none
    ADD COLUMN attempt      integer NOT NULL DEFAULT 0,    -- how often parked events were tried before
    ADD COLUMN requested_by text NOT NULL DEFAULT '',      -- '' for the projector itself
    ADD COLUMN reason       text NOT NULL DEFAULT '',      -- why it is built, or why it failed
    ADD COLUMN started_at   timestamptz,                   -- by the builder that works on it
    ADD COLUMN started_from bigint NOT NULL DEFAULT 0,
    ADD COLUMN verified_at  timestamptz,
    ADD COLUMN switched_at  timestamptz,
    ADD COLUMN ended_at     timestamptz;

UPDATE projections.generations g SET
    state = CASE WHEN EXISTS (SELECT FROM projections.active a WHERE a.generation = g.generation) THEN 'active' ELSE 'previous' END,
    tables = COALESCE((
        SELECT array_agg(p.relname::text ORDER BY p.oid) FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
        WHERE c.relnamespace = 'projections'::regnamespace AND p.relkind = 'p'
            AND c.relname = p.relname || '_' || g.generation), '{}');

-- One build of a unit at a time.
CREATE UNIQUE INDEX generations_one_build_idx ON projections.generations (projection, programme)
WHERE state IN ('building', 'ready');
-- What there is to do, in few pages however many generations there were.
CREATE INDEX generations_work_idx ON projections.generations (projection, programme)
WHERE state IN ('building', 'ready') OR wanted OR (state IN ('failed', 'dropped') AND NOT cleared);

-- Digest is the chain over the leaf hashes of all events that went in: 32 zero
-- bytes before the first, then SHA-256 (digest || leaf) for each. NULL where it was
-- not kept from the start. Token is the builder that may write.
ALTER TABLE projections.checkpoints
    ADD COLUMN digest bytea CHECK (octet_length(digest) = 32),
    ADD COLUMN token  bigint NOT NULL DEFAULT 0;

-- Events that the fold of a generation could not apply, and those behind them.
CREATE TABLE projections.parked (
    generation bigint NOT NULL REFERENCES projections.generations,
    position   bigint NOT NULL,
    stream     text COLLATE "C" NOT NULL,
    first      boolean NOT NULL, -- the one that could not be applied; the others wait behind it
    event_id   uuid NOT NULL,
    type       text COLLATE "C" NOT NULL,
    inspection text COLLATE "C" NOT NULL,
    case_id    text COLLATE "C" NOT NULL,
    reason     text NOT NULL,
    attempts   integer NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (generation, inspection, position)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON projections.parked TO aboveline_projector;
GRANT SELECT ON projections.parked TO aboveline_reader;

-- +goose Down
DROP TABLE projections.parked;
ALTER TABLE projections.checkpoints DROP COLUMN digest, DROP COLUMN token;
DROP INDEX projections.generations_one_build_idx, projections.generations_work_idx;
ALTER TABLE projections.generations
    DROP COLUMN state, DROP COLUMN phase, DROP COLUMN tables, DROP COLUMN attached, DROP COLUMN cleared,
    DROP COLUMN wanted, DROP COLUMN throttle, DROP COLUMN attempt, DROP COLUMN requested_by, DROP COLUMN reason,
    DROP COLUMN started_at, DROP COLUMN started_from, DROP COLUMN verified_at, DROP COLUMN switched_at,
    DROP COLUMN ended_at;
