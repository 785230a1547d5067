-- Posts in which an indication was detected, by platform and content type. A post counts once in each of its
-- indications. Every indication of the seed has a row in every bucket: 0 is a finding whose per_1000_high is the upper
-- bound, NULL is a gap. Unlike the other tables, per_1000 is of exposure: all labelled posts of the bucket. Methods are
-- named in trends.weekly_measures: Garwood's exact Poisson limits (counting error only, label error not included).
-- Detected automatically, not reviewed: never a violation.
--
-- Grain: week, phase, platform, indication
-- Columns: week, phase, platform, indication, first_day, last_day, days,
--   trends.weekly_measures.* EXCLUDE (week, phase, platform, dimension, subject, design_effect, exposure,
--   share, share_low, share_high),
--   coverage, status, observed_days, is_complete, is_comparable, reason, exposure, design_effect

SELECT
    buckets.week,
    buckets.phase,
    buckets.platform,
    measures.subject AS indication,
    buckets.first_day,
    buckets.last_day,
    buckets.days,
    measures.* EXCLUDE (
        week, phase, platform, dimension, subject, design_effect, exposure, share, share_low, share_high
    ),
    buckets.coverage,
    buckets.status,
    buckets.observed_days,
    buckets.is_complete,
    buckets.is_comparable,
    buckets.reason,
    measures.exposure,
    measures.design_effect
FROM core.buckets AS buckets
JOIN trends.weekly_measures AS measures
    ON buckets.week = measures.week AND buckets.phase = measures.phase AND buckets.platform = measures.platform
WHERE measures.dimension = 'indication'
ORDER BY buckets.first_day, buckets.platform, measures.subject
