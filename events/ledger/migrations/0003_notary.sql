-- +goose Up
-- Full hash tiles of the trees over the logs (C2SP tlog-tiles, height 8): 256 hashes
-- each, never changed. Tile n of level 0 holds the leaves 256 n to 256 n + 255; tile n
-- of a level above holds the roots of the tiles 256 n to 256 n + 255 below it.
CREATE TABLE ledger.tiles (
    n         bigint NOT NULL CHECK (n >= 0),
    level     smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    programme text COLLATE "C" NOT NULL CHECK (programme <> ''),
    root      bytea NOT NULL CHECK (octet_length(root) = 32),
    hashes    bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    CONSTRAINT tiles_pkey PRIMARY KEY (programme, level, n)
);
-- Hashes do not compress, and the roots are read without them.
ALTER TABLE ledger.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
ALTER TABLE ledger.tiles ALTER COLUMN root SET STORAGE PLAIN;

-- Signed tree heads. Each names the one before it (0 for none) and no two name the
-- same, so that there is one line of them, whoever signs.
CREATE TABLE ledger.checkpoints (
    size      bigint NOT NULL CHECK (size > 0),
    previous  bigint NOT NULL CHECK (previous >= 0 AND previous < size),
    signed_at timestamptz NOT NULL DEFAULT now(),
    programme text COLLATE "C" NOT NULL CHECK (programme <> ''),
    root      bytea NOT NULL CHECK (octet_length(root) = 32),
    note      text COLLATE "C" NOT NULL CHECK (note <> ''),
    CONSTRAINT checkpoints_pkey PRIMARY KEY (programme, size),
    CONSTRAINT checkpoints_line_key UNIQUE (programme, previous)
);

-- What witnesses signed beside the log: one signature line each.
CREATE TABLE ledger.cosignatures (
    size        bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    programme   text COLLATE "C" NOT NULL,
    witness     text COLLATE "C" NOT NULL CHECK (witness <> ''),
    line        text COLLATE "C" NOT NULL CHECK (line <> ''),
    CONSTRAINT cosignatures_pkey PRIMARY KEY (programme, size, witness),
    FOREIGN KEY (programme, size) REFERENCES ledger.checkpoints (programme, size)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.tiles
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.cosignatures
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
-- Also in a session that replays (session_replication_role = replica).
ALTER TABLE ledger.tiles ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.checkpoints ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.cosignatures ENABLE ALWAYS TRIGGER append_only;

-- Roles belong to the whole server; see 0001.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'aboveline_notary') THEN
        CREATE ROLE aboveline_notary NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;
-- +goose StatementEnd

-- The notary signs what it may not read: of the events it sees places and hashes only.
GRANT USAGE ON SCHEMA ledger TO aboveline_notary;
GRANT SELECT (programme, position, leaf) ON ledger.events TO aboveline_notary;
GRANT SELECT ON ledger.logs TO aboveline_notary;
GRANT SELECT, INSERT ON ledger.tiles, ledger.checkpoints, ledger.cosignatures TO aboveline_notary;
GRANT SELECT ON ledger.tiles, ledger.checkpoints, ledger.cosignatures TO aboveline_reader;

-- +goose Down
-- What was signed is not taken down.
SELECT 1;
