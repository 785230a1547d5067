-- Every publication of a week: what its numbers were stated under, and what led to it. What it said is compared with the
-- publication before it by `ronda diff`, what it restated is in trends.corrections.
--
-- Kind: view
-- Grain: publication
-- Columns: publication, week, number, sequence, as_of, loaded_until, run_id, given_reason, code_version, label_version,
--   seeds, files

SELECT
    publication,
    regexp_extract(publication, '^(.+)-[0-9]+$', 1) AS week,
    CAST(regexp_extract(publication, '-([0-9]+)$', 1) AS INTEGER) AS number,
    sequence,
    as_of,
    loaded_until,
    run_id,
    given_reason,
    code_version,
    label_version,
    seeds,
    CAST(len(files) AS BIGINT) AS files
FROM base.conditions
