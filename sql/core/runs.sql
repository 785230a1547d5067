-- What each run of ronda did, from the run records that are kept outside the database.
--
-- Kind: view
-- Grain: run_id
-- Columns:
--   run_id | VARCHAR | - | begins with the moment of the start, UTC
--   verb | VARCHAR | - | import, weekly, backfill or demo
--   parameters | VARCHAR | - | what was asked, as name=value
--   started_at | TIMESTAMP WITH TIME ZONE | - | start
--   ended_at | TIMESTAMP WITH TIME ZONE | - | end; NULL while it runs or when it was interrupted
--   outcome | VARCHAR | - | running, done, stopped (by a gate), failed or interrupted
--   message | VARCHAR | - | what it brought, or why it ended

SELECT
    run_id,
    verb,
    parameters,
    CAST(started_at AS TIMESTAMPTZ) AS started_at,
    CAST(ended_at AS TIMESTAMPTZ) AS ended_at,
    outcome,
    message
FROM base.runs
