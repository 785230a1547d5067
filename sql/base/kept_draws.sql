-- The draws that publications keep (base.conditions), the latest of each week, labels and stratum.
--
-- Grain: week, label_version, stratum
-- Columns: week, label_version, stratum, posts, drawn, last_turn

SELECT
    week,
    split_part(line, ' ', 1) AS label_version,
    split_part(line, ' ', 2) AS stratum,
    CAST(split_part(line, ' ', 3) AS BIGINT) AS posts,
    CAST(split_part(line, ' ', 4) AS BIGINT) AS drawn,
    CAST(split_part(line, ' ', 5) AS UBIGINT) AS last_turn
FROM (
    SELECT
        regexp_extract(publication, '^(.+)-[0-9]+$', 1) AS week,
        sequence,
        unnest(string_split(draw, chr(10))) AS line
    FROM base.conditions
    WHERE draw IS NOT NULL
)
QUALIFY row_number() OVER (PARTITION BY week, label_version, stratum ORDER BY sequence DESC) = 1
ORDER BY week, label_version, stratum
