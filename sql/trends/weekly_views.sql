-- The same posts weighted by how often they were seen, beside the counts of the other weekly tables. Views are those of
-- a post's first observation, so that weeks are compared at about the same age; posts whose views nobody knows are left
-- out, and seen_posts says how many are in. No interval: a few posts make most of the views, so top_share says how much
-- one alone made.
--
-- Grain: week, phase, platform, dimension, subject
-- Columns: week, phase, platform, dimension, subject, seen_posts, views, share, net_sentiment, detected_per_1000,
--   top_share

WITH whole AS (
    SELECT bucket, platform, views FROM base.subject_counts WHERE dimension = 'platform'
)

SELECT
    measures.week,
    measures.phase,
    measures.platform,
    measures.dimension,
    measures.subject,
    if(measures.posts IS NULL, NULL, coalesce(counts.seen_posts, 0)) AS seen_posts,
    if(measures.posts IS NULL, NULL, coalesce(counts.views, 0)) AS views,
    round(if(measures.posts IS NULL, NULL, coalesce(counts.views, 0)) / nullif(whole.views, 0), 9) AS share,
    round((counts.positive_views - counts.negative_views) / nullif(counts.labelled_views, 0), 6) AS net_sentiment,
    round(counts.detected_views * 1000 / nullif(counts.views, 0), 6) AS detected_per_1000,
    round(counts.top_views / nullif(counts.views, 0), 9) AS top_share
FROM trends.weekly_measures AS measures
JOIN core.buckets AS buckets
    ON measures.week = buckets.week AND measures.phase = buckets.phase AND measures.platform = buckets.platform
LEFT JOIN base.subject_counts AS counts
    ON buckets.first_day = counts.bucket
    AND measures.platform = counts.platform
    AND measures.dimension = counts.dimension
    AND measures.subject = counts.subject
LEFT JOIN whole ON buckets.first_day = whole.bucket AND measures.platform = whole.platform
ORDER BY buckets.first_day, measures.platform, measures.dimension, measures.subject
