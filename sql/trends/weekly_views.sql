-- The same posts weighted by how often they were seen, beside the counts of the other weekly tables. Views are those of
-- a post's first observation, so that weeks are compared at about the same age; posts whose views nobody knows are left
-- out, and seen_posts says how many are in. No interval: a few posts make most of the views, so top_share says how much
-- one alone made.
--
-- Grain: week, phase, platform, dimension, subject
-- Columns: week, phase, platform, dimension, subject, seen_posts, views, share, net_sentiment, detected_per_1000,
--   top_share

WITH seen AS NOT MATERIALIZED (
    SELECT
        bucket,
        platform,
        first_views AS views,
        sentiment,
        topics,
        indications,
        districts,
        len(indications) > 0 AS is_detected
    FROM core.posts
    WHERE state = 'live' AND first_views IS NOT NULL
),

counted AS (
    SELECT
        'platform' AS dimension,
        'all' AS subject,
        bucket,
        coalesce(platform, 'all') AS platform,
        count(*) AS seen_posts,
        sum(views) AS views,
        sum(views) FILTER (WHERE sentiment IS NOT NULL) AS labelled,
        sum(views) FILTER (WHERE sentiment = 'positive') AS positive,
        sum(views) FILTER (WHERE sentiment = 'negative') AS negative,
        sum(views) FILTER (WHERE is_detected) AS detected,
        max(views) AS most
    FROM seen
    GROUP BY GROUPING SETS ((bucket, platform), (bucket))
    UNION ALL
    SELECT
        'topic' AS dimension,
        subject AS subject,
        bucket,
        coalesce(platform, 'all') AS platform,
        count(*) AS seen_posts,
        sum(views) AS views,
        sum(views) FILTER (WHERE sentiment IS NOT NULL) AS labelled,
        sum(views) FILTER (WHERE sentiment = 'positive') AS positive,
        sum(views) FILTER (WHERE sentiment = 'negative') AS negative,
        sum(views) FILTER (WHERE is_detected) AS detected,
        max(views) AS most
    FROM (SELECT *, unnest(topics) AS subject FROM seen)
    GROUP BY GROUPING SETS ((subject, bucket, platform), (subject, bucket))
    UNION ALL
    SELECT
        'indication' AS dimension,
        subject AS subject,
        bucket,
        coalesce(platform, 'all') AS platform,
        count(*) AS seen_posts,
        sum(views) AS views,
        sum(views) FILTER (WHERE sentiment IS NOT NULL) AS labelled,
        sum(views) FILTER (WHERE sentiment = 'positive') AS positive,
        sum(views) FILTER (WHERE sentiment = 'negative') AS negative,
        sum(views) FILTER (WHERE is_detected) AS detected,
        max(views) AS most
    FROM (SELECT *, unnest(indications) AS subject FROM seen)
    GROUP BY GROUPING SETS ((subject, bucket, platform), (subject, bucket))
    UNION ALL
    SELECT
        'district' AS dimension,
        subject AS subject,
        bucket,
        coalesce(platform, 'all') AS platform,
        count(*) AS seen_posts,
        sum(views) AS views,
        sum(views) FILTER (WHERE sentiment IS NOT NULL) AS labelled,
        sum(views) FILTER (WHERE sentiment = 'positive') AS positive,
        sum(views) FILTER (WHERE sentiment = 'negative') AS negative,
        sum(views) FILTER (WHERE is_detected) AS detected,
        max(views) AS most
    FROM (SELECT *, unnest(if(len(districts) = 0, ['unknown'], districts)) AS subject FROM seen)
    GROUP BY GROUPING SETS ((subject, bucket, platform), (subject, bucket))
),

whole AS (
    SELECT bucket, platform, views FROM counted WHERE dimension = 'platform'
)

SELECT
    measures.week,
    measures.phase,
    measures.platform,
    measures.dimension,
    measures.subject,
    if(measures.posts IS NULL, NULL, coalesce(counted.seen_posts, 0)) AS seen_posts,
    CAST(if(measures.posts IS NULL, NULL, coalesce(counted.views, 0)) AS BIGINT) AS views,
    round(if(measures.posts IS NULL, NULL, coalesce(counted.views, 0)) / nullif(whole.views, 0), 9) AS share,
    round(
        (coalesce(counted.positive, 0) - coalesce(counted.negative, 0)) / nullif(counted.labelled, 0), 6
    ) AS net_sentiment,
    round(coalesce(counted.detected, 0) * 1000 / nullif(counted.views, 0), 6) AS detected_per_1000,
    round(counted.most / nullif(counted.views, 0), 9) AS top_share
FROM trends.weekly_measures AS measures
JOIN core.buckets AS buckets
    ON measures.week = buckets.week AND measures.phase = buckets.phase AND measures.platform = buckets.platform
LEFT JOIN counted
    ON buckets.first_day = counted.bucket
    AND measures.platform = counted.platform
    AND measures.dimension = counted.dimension
    AND measures.subject = counted.subject
LEFT JOIN whole ON buckets.first_day = whole.bucket AND measures.platform = whole.platform
ORDER BY buckets.first_day, measures.platform, measures.dimension, measures.subject
