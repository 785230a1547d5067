-- What each run of ronda did, from the run records that are kept outside the database.
--
-- Kind: view
-- Grain: run_id
-- Columns: run_id, verb, parameters, started_at, ended_at, outcome, message

SELECT
    run_id,
    verb,
    parameters,
    started_at,
    ended_at,
    outcome,
    message
FROM base.runs
