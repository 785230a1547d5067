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
