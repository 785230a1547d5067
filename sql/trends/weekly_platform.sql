-- Volume, sentiment and detections of every bucket, by platform; platform 'all' sums the platforms. Gaps are rows:
-- counts are NULL where nothing was collected. Methods are named in trends.weekly_measures: Bonett-Price interval of
-- net_sentiment, widened by author clusters (label error not included); Garwood's exact limits of per_1000.
--
-- Grain: week, phase, platform
-- Columns: week, phase, platform, first_day, last_day, days,
--   trends.weekly_measures.* EXCLUDE (week, phase, platform, dimension, subject, design_effect, exposure,
--   share, share_low, share_high),
--   coverage, status, observed_days, is_complete, is_comparable, reason, planned, succeeded, design_effect, removed

WITH tombstones AS (
    SELECT week, phase, coalesce(platform, 'all') AS platform, count(*) AS posts
    FROM core.posts
    WHERE state = 'removed'
    GROUP BY GROUPING SETS ((week, phase, platform), (week, phase))
)

SELECT
    buckets.week,
    buckets.phase,
    buckets.platform,
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
    buckets.planned,
    buckets.succeeded,
    measures.design_effect,
    coalesce(tombstones.posts, 0) AS removed
FROM core.buckets AS buckets
JOIN trends.weekly_measures AS measures
    ON buckets.week = measures.week AND buckets.phase = measures.phase AND buckets.platform = measures.platform
LEFT JOIN tombstones
    ON buckets.week = tombstones.week
    AND buckets.phase = tombstones.phase
    AND buckets.platform = tombstones.platform
WHERE measures.dimension = 'platform'
ORDER BY buckets.first_day, buckets.platform
