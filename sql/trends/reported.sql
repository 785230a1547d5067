-- What was first reported of every bucket beside what is known now, changed or not: the two lines of the chart.
--
-- Grain: week, phase, platform, table_name, key, metric
-- Columns:
--   week | VARCHAR | - | ISO week of the bucket
--   phase | VARCHAR | - | phase of the bucket
--   platform | VARCHAR | - | tiktok, facebook, instagram or all
--   table_name | VARCHAR | - | the weekly table, as trends.weekly_topic
--   key | VARCHAR | - | topic, indication or district; empty for a whole platform
--   metric | VARCHAR | - | posts, labelled, detected, net_sentiment or per_1000
--   first_reported | DOUBLE | see metric | value in the first publication of the bucket
--   now_known | DOUBLE | see metric | value last stated
--   statements | BIGINT | - | how often it was stated, each time with another value or in a publication of its week

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
