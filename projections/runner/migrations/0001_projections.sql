-- +goose Up
CREATE SCHEMA IF NOT EXISTS projections;

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
    position   bigint NOT NULL,
    leaf       bytea NOT NULL CHECK (octet_length(leaf) = 32),
    count      bigint NOT NULL
);

-- Rows of the scores: see projections/scores/rows.
CREATE TABLE projections.score_frameworks (
    generation bigint NOT NULL,
    revision   integer NOT NULL,
    position   bigint NOT NULL,
    source     text NOT NULL,
    PRIMARY KEY (generation, revision, position)
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

CREATE TABLE projections.score_history (
    generation      bigint NOT NULL,
    inspection      text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    ordinal         integer NOT NULL,
    case_id         text COLLATE "C" NOT NULL,
    question        text COLLATE "C" NOT NULL,
    above_before    integer NOT NULL,
    relevant_before integer NOT NULL,
    above_after     integer NOT NULL,
    relevant_after  integer NOT NULL,
    framework       integer NOT NULL
) PARTITION BY LIST (generation);
CREATE INDEX score_history_by_position ON projections.score_history (inspection, position, ordinal);

-- The projector makes and drops the partitions, so the tables are its own.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    ALTER SCHEMA projections OWNER TO aboveline_projector;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'projections' AND tablename <> 'goose_version' LOOP
        EXECUTE format('ALTER TABLE projections.%I OWNER TO aboveline_projector', t);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA projections TO aboveline_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA projections TO aboveline_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE aboveline_projector IN SCHEMA projections GRANT SELECT ON TABLES TO aboveline_reader;

-- +goose Down
DROP SCHEMA projections CASCADE;
