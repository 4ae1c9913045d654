-- +goose Up
CREATE SCHEMA vault;

-- The master key that every key below is wrapped with, by its id: one row, written
-- once. A process that has another master key stops at start.
CREATE TABLE vault.master (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    id         bytea NOT NULL CHECK (octet_length(id) = 16),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One key per person and programme. Without wrapped the key is destroyed, for ever.
CREATE TABLE vault.keys (
    id           uuid NOT NULL PRIMARY KEY,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    programme    text COLLATE "C" NOT NULL CHECK (programme <> ''),
    person       text COLLATE "C" NOT NULL CHECK (person <> ''),
    master       bytea NOT NULL CHECK (octet_length(master) = 16),
    wrapped      bytea CHECK (octet_length(wrapped) = 60),
    CONSTRAINT keys_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    -- Leads with the selective column: no index leads with the programme.
    CONSTRAINT keys_person_key UNIQUE (person, programme)
);
ALTER TABLE vault.keys ALTER COLUMN wrapped SET STORAGE PLAIN;

-- +goose StatementBegin
CREATE FUNCTION vault.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '%.%: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation',
        HINT = 'A key that is lost takes every text sealed with it along; to erase a person, destroy the key.';
END
$$;
-- +goose StatementEnd

-- The one change there is: from a key to a destroyed key.
-- +goose StatementBegin
CREATE FUNCTION vault.only_destroy() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL AND NEW.wrapped IS NULL
        AND (NEW.id, NEW.created_at, NEW.programme, NEW.person, NEW.master)
        = (OLD.id, OLD.created_at, OLD.programme, OLD.person, OLD.master)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'vault.keys: a key can be destroyed, once, and not changed'
        USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER only_destroy BEFORE UPDATE ON vault.keys
FOR EACH ROW EXECUTE FUNCTION vault.only_destroy();
CREATE TRIGGER never_lose BEFORE DELETE OR TRUNCATE ON vault.keys
FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse();
CREATE TRIGGER never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.master
FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse();
-- Also in a session that replays (session_replication_role = replica).
ALTER TABLE vault.keys ENABLE ALWAYS TRIGGER only_destroy;
ALTER TABLE vault.keys ENABLE ALWAYS TRIGGER never_lose;
ALTER TABLE vault.master ENABLE ALWAYS TRIGGER never_change;

-- Projections never need a key. Destroying one takes UPDATE on (wrapped,
-- destroyed_at), which no group role has.
GRANT USAGE ON SCHEMA vault TO aboveline_recorder, aboveline_reader;
GRANT SELECT, INSERT ON vault.keys, vault.master TO aboveline_recorder;
GRANT SELECT ON vault.keys, vault.master TO aboveline_reader;

-- +goose Down
-- The vault is not taken down.
SELECT 1;
