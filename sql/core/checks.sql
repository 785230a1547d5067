-- Every verdict of every quality check, from the run records that are kept outside the database.
--
-- Kind: view
-- Grain: none
-- Columns: run_id, week, gate, table_name, name, severity, outcome, observed, expected, failed_rows, description_id,
--   description_en, hint_id, hint_en

SELECT
    run_id,
    week,
    gate,
    table_name,
    name,
    severity,
    outcome,
    observed,
    expected,
    failed_rows,
    description_id,
    description_en,
    hint_id,
    hint_en
FROM base.checks
