-- What was first reported of every bucket beside what is known now, changed or not: the two lines of the chart.
--
-- Grain: week, phase, platform, table_name, key, metric
-- Columns: week, phase, platform, table_name, key, metric, first_reported, now_known, statements

SELECT
    week,
    phase,
    platform,
    table_name,
    key,
    metric,
    arg_min(value, sequence) AS first_reported,
    arg_max(value, sequence) AS now_known,
    count(*) AS statements
FROM base.publications
WHERE metric IN ('posts', 'labelled', 'detected', 'net_sentiment', 'per_1000') AND value IS NOT NULL
GROUP BY week, phase, platform, table_name, key, metric
ORDER BY week, phase, platform, table_name, key, metric
