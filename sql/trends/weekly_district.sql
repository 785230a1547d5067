-- Volume, sentiment and detections of every bucket, by platform and kecamatan. A post counts once in each kecamatan it
-- names; one that names none counts as 'unknown'. Every kecamatan of the seed has a row in every bucket: 0 is a
-- finding, NULL is a gap. Methods are named in trends.weekly_measures: share by Wilson or, where n p < 5,
-- Clopper-Pearson; Bonett-Price interval of net_sentiment, widened by author clusters (label error not included);
-- Garwood's exact limits of per_1000. Cells below 5 are for analysts: published pages show them as "<5".
--
-- Grain: week, phase, platform, district
-- Columns: week, phase, platform, district, first_day, last_day, days,
--   trends.weekly_measures.* EXCLUDE (week, phase, platform, dimension, subject, design_effect, exposure),
--   coverage, status, observed_days, is_complete, is_comparable, reason, design_effect

SELECT
    buckets.week,
    buckets.phase,
    buckets.platform,
    measures.subject AS district,
    buckets.first_day,
    buckets.last_day,
    buckets.days,
    measures.* EXCLUDE (week, phase, platform, dimension, subject, design_effect, exposure),
    buckets.coverage,
    buckets.status,
    buckets.observed_days,
    buckets.is_complete,
    buckets.is_comparable,
    buckets.reason,
    measures.design_effect
FROM core.buckets AS buckets
JOIN trends.weekly_measures AS measures
    ON buckets.week = measures.week AND buckets.phase = measures.phase AND buckets.platform = measures.platform
WHERE measures.dimension = 'district'
ORDER BY buckets.first_day, buckets.platform, measures.subject
