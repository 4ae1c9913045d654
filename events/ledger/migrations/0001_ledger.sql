-- +goose Up
CREATE SCHEMA IF NOT EXISTS ledger; -- there already: the table of versions is in it

-- One row per programme. Whoever appends locks it; it holds what is needed to
-- append without reading the log.
CREATE TABLE ledger.logs (
    programme   text COLLATE "C" PRIMARY KEY CHECK (programme <> ''),
    position    bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    leaf        bytea NOT NULL DEFAULT '' CHECK (octet_length(leaf) = CASE position WHEN 0 THEN 0 ELSE 32 END),
    control     bigint NOT NULL DEFAULT 0 CHECK (control BETWEEN 0 AND position),
    recorded_at timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z',
    frontier    bytea NOT NULL DEFAULT ''
) WITH (fillfactor = 50); -- room for updates in place
ALTER TABLE ledger.logs ALTER COLUMN frontier SET STORAGE PLAIN;

-- Fixed-size columns first: no padding. Empty text stands for "does not apply".
CREATE TABLE ledger.events (
    position     bigint NOT NULL CHECK (position > 0),
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    revision     integer NOT NULL CHECK (revision > 0),
    type_version integer NOT NULL CHECK (type_version > 0),
    event_id     uuid NOT NULL,
    causation    uuid NOT NULL,
    programme    text COLLATE "C" NOT NULL,
    stream       text COLLATE "C" NOT NULL,
    type         text COLLATE "C" NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    team         text COLLATE "C" NOT NULL,
    inspection   text COLLATE "C" NOT NULL,
    case_id      text COLLATE "C" NOT NULL,
    digest       bytea NOT NULL CHECK (octet_length(digest) = 32),
    leaf         bytea NOT NULL CHECK (octet_length(leaf) = 32),
    data         bytea NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (programme, position),
    -- These two lead with the selective column, and the lookups name it alone, so
    -- that no plan can fall back on an index that leads with the programme.
    CONSTRAINT events_id_key UNIQUE (event_id, programme),
    CONSTRAINT events_revision_key UNIQUE (stream, programme, revision)
);

-- The few events that change what may be recorded. The list is events.Type.Control;
-- the queries repeat it word for word, or the index would not serve them.
CREATE INDEX events_control_idx ON ledger.events (programme, position)
WHERE type IN (
    'ProgrammeOpened', 'FrameworkPublished', 'FrameworkRestored', 'InspectionOpened', 'InspectionClosed',
    'TeamMemberAdded', 'TeamMemberRemoved'
);

-- An inspection belongs to the programme that claimed it first, for ever.
CREATE TABLE ledger.inspections (
    inspection text COLLATE "C" PRIMARY KEY CHECK (inspection <> ''),
    programme  text COLLATE "C" NOT NULL CHECK (programme <> ''),
    claimed_at timestamptz NOT NULL DEFAULT now()
);

-- +goose StatementBegin
CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation',
        HINT = 'What was recorded is corrected by another event, never by a change.';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.inspections
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger.logs
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
-- Also in a session that replays (session_replication_role = replica).
ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.inspections ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.logs ENABLE ALWAYS TRIGGER append_only;

-- Roles belong to the whole server: another database may create them at the same
-- moment, which is a unique violation in the catalogue.
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['aboveline_recorder', 'aboveline_reader', 'aboveline_projector'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;
-- +goose StatementEnd

GRANT USAGE ON SCHEMA ledger TO aboveline_recorder, aboveline_reader, aboveline_projector;
GRANT SELECT, INSERT ON ledger.events TO aboveline_recorder;
GRANT SELECT, INSERT, UPDATE ON ledger.logs TO aboveline_recorder;
GRANT SELECT, INSERT ON ledger.inspections TO aboveline_recorder;
GRANT SELECT ON ledger.events, ledger.logs, ledger.inspections TO aboveline_reader, aboveline_projector;

-- +goose Down
-- The ledger is not taken down.
SELECT 1;
