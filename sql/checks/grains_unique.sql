-- Each table has one row for each combination of the columns of its grain.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_platform
-- In Indonesian: Setiap tabel memuat satu baris untuk setiap kunci.
-- Hint: A join in a model multiplies rows.
-- Hint in Indonesian: Gabungan tabel dalam model melipatgandakan baris.

SELECT 'core.coverage' AS "table", concat_ws(' ', platform, source, day) AS grain, count(*) AS rows
FROM core.coverage
GROUP BY platform, source, day
HAVING count(*) > 1
UNION ALL
SELECT 'core.collection', concat_ws(' ', platform, source, query, day), count(*)
FROM core.collection
GROUP BY platform, source, query, day
HAVING count(*) > 1
UNION ALL
SELECT 'core.buckets', concat_ws(' ', week, phase, platform), count(*)
FROM core.buckets
GROUP BY week, phase, platform
HAVING count(*) > 1
UNION ALL
SELECT 'trends.weekly_measures', concat_ws(' ', week, phase, platform, dimension, subject), count(*)
FROM trends.weekly_measures
GROUP BY week, phase, platform, dimension, subject
HAVING count(*) > 1
UNION ALL
SELECT 'trends.weekly_platform', concat_ws(' ', week, phase, platform), count(*)
FROM trends.weekly_platform
GROUP BY week, phase, platform
HAVING count(*) > 1
UNION ALL
SELECT 'trends.weekly_topic', concat_ws(' ', week, phase, platform, topic), count(*)
FROM trends.weekly_topic
GROUP BY week, phase, platform, topic
HAVING count(*) > 1
UNION ALL
SELECT 'trends.weekly_indication', concat_ws(' ', week, phase, platform, indication), count(*)
FROM trends.weekly_indication
GROUP BY week, phase, platform, indication
HAVING count(*) > 1
UNION ALL
SELECT 'trends.weekly_district', concat_ws(' ', week, phase, platform, district), count(*)
FROM trends.weekly_district
GROUP BY week, phase, platform, district
HAVING count(*) > 1
UNION ALL
SELECT 'core.readings', concat_ws(' ', bucket, platform, source), count(*)
FROM core.readings
GROUP BY bucket, platform, source
HAVING count(*) > 1
UNION ALL
SELECT 'core.reviews', concat_ws(' ', platform, post_id, coder, stage), count(*)
FROM core.reviews
GROUP BY platform, post_id, coder, stage
HAVING count(*) > 1
UNION ALL
SELECT 'core.review_items', concat_ws(' ', platform, post_id), count(*)
FROM core.review_items
GROUP BY platform, post_id
HAVING count(*) > 1
UNION ALL
SELECT 'trends.signal_cells', concat_ws(' ', bucket, platform, family, subject, day), count(*)
FROM trends.signal_cells
GROUP BY bucket, platform, family, subject, day
HAVING count(*) > 1
UNION ALL
SELECT 'trends.signals', concat_ws(' ', week, phase, platform, family, subject), count(*)
FROM trends.signals
GROUP BY week, phase, platform, family, subject
HAVING count(*) > 1
UNION ALL
SELECT 'trends.slopes', concat_ws(' ', week, platform, family, subject), count(*)
FROM trends.slopes
GROUP BY week, platform, family, subject
HAVING count(*) > 1
UNION ALL
SELECT 'trends.weekly_views', concat_ws(' ', week, phase, platform, dimension, subject), count(*)
FROM trends.weekly_views
GROUP BY week, phase, platform, dimension, subject
HAVING count(*) > 1
UNION ALL
SELECT 'trends.share_of_voice', concat_ws(' ', week, phase, kind, subject), count(*)
FROM trends.share_of_voice
GROUP BY week, phase, kind, subject
HAVING count(*) > 1
UNION ALL
SELECT 'trends.emerging_terms', concat_ws(' ', week, term), count(*)
FROM trends.emerging_terms
GROUP BY week, term
HAVING count(*) > 1
UNION ALL
SELECT 'trends.corrections', concat_ws(' ', publication, week, phase, platform, table_name, key, metric), count(*)
FROM trends.corrections
GROUP BY publication, week, phase, platform, table_name, key, metric
HAVING count(*) > 1
UNION ALL
SELECT 'trends.reported', concat_ws(' ', week, phase, platform, table_name, key, metric), count(*)
FROM trends.reported
GROUP BY week, phase, platform, table_name, key, metric
HAVING count(*) > 1
UNION ALL
SELECT 'trends.funnel', concat_ws(' ', week, phase, origin, stage), count(*)
FROM trends.funnel
GROUP BY week, phase, origin, stage
HAVING count(*) > 1
UNION ALL
SELECT 'trends.agreement', concat_ws(' ', week), count(*)
FROM trends.agreement
GROUP BY week
HAVING count(*) > 1
UNION ALL
SELECT 'trends.official', concat_ws(' ', series, as_of, metric), count(*)
FROM trends.official
GROUP BY series, as_of, metric
HAVING count(*) > 1
