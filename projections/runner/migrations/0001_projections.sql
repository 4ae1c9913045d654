-- +goose Up
CREATE SCHEMA IF NOT EXISTS projections; -- there already: the table of versions is in it

-- One build of one projection of one programme.
CREATE TABLE projections.generations (
    generation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text COLLATE "C" NOT NULL,
    programme  text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The generation that readers join.
CREATE TABLE projections.active (
    projection text COLLATE "C" NOT NULL,
    programme  text COLLATE "C" NOT NULL,
    generation bigint NOT NULL REFERENCES projections.generations,
    PRIMARY KEY (projection, programme)
);

-- How far a generation has read: written in the transaction that writes its rows.
CREATE TABLE projections.checkpoints (
    generation bigint PRIMARY KEY REFERENCES projections.generations,
    position   bigint NOT NULL CHECK (position >= 0),
    leaf       bytea NOT NULL CHECK (octet_length(leaf) = 32),
    count      bigint NOT NULL
) WITH (fillfactor = 50); -- room for updates in place

-- Rows of the scores: see projections/scores/rows. Keys lead with the generation,
-- as keys of partitioned tables must.
CREATE TABLE projections.score_frameworks (
    generation bigint NOT NULL,
    revision   integer NOT NULL,
    position   bigint NOT NULL,
    source     text NOT NULL,
    PRIMARY KEY (generation, position)
) PARTITION BY LIST (generation);

CREATE TABLE projections.score_inspections (
    generation bigint NOT NULL,
    inspection text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    closed     boolean NOT NULL,
    PRIMARY KEY (generation, inspection)
) PARTITION BY LIST (generation);

CREATE TABLE projections.score_cases (
    generation bigint NOT NULL,
    inspection text COLLATE "C" NOT NULL,
    case_id    text COLLATE "C" NOT NULL,
    attributes jsonb NOT NULL,
    revision   integer NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (generation, inspection, case_id)
) PARTITION BY LIST (generation);

CREATE TABLE projections.score_answers (
    generation bigint NOT NULL,
    inspection text COLLATE "C" NOT NULL,
    case_id    text COLLATE "C" NOT NULL,
    question   text COLLATE "C" NOT NULL,
    answer     text COLLATE "C" NOT NULL,
    revision   integer NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (generation, inspection, case_id, question)
) PARTITION BY LIST (generation);

CREATE TABLE projections.score_tallies (
    generation bigint NOT NULL,
    inspection text COLLATE "C" NOT NULL,
    question   text COLLATE "C" NOT NULL,
    above      integer NOT NULL,
    relevant   integer NOT NULL,
    unanswered integer NOT NULL,
    flagged    integer NOT NULL,
    PRIMARY KEY (generation, inspection, question)
) PARTITION BY LIST (generation);

-- One event moves a question of an inspection at most once, so that no event can
-- enter the history twice.
CREATE TABLE projections.score_history (
    generation      bigint NOT NULL,
    inspection      text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    case_id         text COLLATE "C" NOT NULL,
    question        text COLLATE "C" NOT NULL,
    above_before    integer NOT NULL,
    relevant_before integer NOT NULL,
    above_after     integer NOT NULL,
    relevant_after  integer NOT NULL,
    framework       integer NOT NULL,
    PRIMARY KEY (generation, inspection, question, position)
) PARTITION BY LIST (generation);

-- The projector owns the partitioned tables, since it makes and drops partitions,
-- and nothing else here. Whoever migrates must be able to give them away.
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    BEGIN
        SET LOCAL ROLE aboveline_projector;
        RESET ROLE;
    EXCEPTION WHEN insufficient_privilege THEN
        EXECUTE format('GRANT aboveline_projector TO %I', current_user);
    END;
    GRANT USAGE ON SCHEMA projections TO aboveline_projector, aboveline_reader;
    GRANT CREATE ON SCHEMA projections TO aboveline_projector;
    GRANT SELECT, INSERT, UPDATE, DELETE
    ON projections.generations, projections.active, projections.checkpoints TO aboveline_projector;
    GRANT SELECT ON projections.generations, projections.active, projections.checkpoints TO aboveline_reader;
    FOR name IN SELECT relname FROM pg_catalog.pg_class
        WHERE relnamespace = 'projections'::regnamespace AND relkind = 'p'
    LOOP
        EXECUTE format('ALTER TABLE projections.%I OWNER TO aboveline_projector', name);
        EXECUTE format('GRANT SELECT ON projections.%I TO aboveline_reader', name);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- Of the partitions to come.
ALTER DEFAULT PRIVILEGES FOR ROLE aboveline_projector IN SCHEMA projections
GRANT SELECT ON TABLES TO aboveline_reader;

-- +goose Down
DROP SCHEMA projections CASCADE;
