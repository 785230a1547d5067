-- Every verdict of every quality check, from the run records that are kept outside the database.
--
-- Kind: view
-- Grain: none
-- Columns:
--   run_id | VARCHAR | - | the run that checked
--   week | VARCHAR | - | the week that was checked; empty for the gates of a load
--   gate | VARCHAR | - | landing, posts or trends
--   table_name | VARCHAR | - | what was checked
--   name | VARCHAR | - | the check
--   severity | VARCHAR | - | stop, warn or info
--   outcome | VARCHAR | - | passed, failed, crashed or not_applicable
--   observed | VARCHAR | - | what was seen: rows that break the rule / rows looked at, with harmless examples
--   expected | VARCHAR | - | the rule in signs
--   failed_rows | BIGINT | rows | that break the rule; NULL where the rule is about the whole
--   description_id | VARCHAR | - | the rule in Indonesian
--   description_en | VARCHAR | - | the rule in English
--   hint_id | VARCHAR | - | what a breach most likely means, in Indonesian
--   hint_en | VARCHAR | - | what a breach most likely means, in English

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
