-- +goose Up

-- Frameworks that somebody keeps for others to look at: see projections/scores/rows.
-- What they would change is computed when it is asked for.
CREATE TABLE projections.drafts (
    programme text COLLATE "C" NOT NULL,
    name      text COLLATE "C" NOT NULL,
    source    text NOT NULL,
    base      integer NOT NULL,  -- the framework revision in force when it was kept
    position  bigint NOT NULL,   -- of the scores by then
    actor     text COLLATE "C" NOT NULL,
    kept_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (programme, name)
);

-- The service that answers queries keeps them: nothing is made from a draft but
-- answers to queries.
GRANT SELECT, INSERT, UPDATE, DELETE ON projections.drafts TO aboveline_reader;

-- +goose Down
DROP TABLE projections.drafts;
