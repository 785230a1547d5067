-- The same posts weighted by how often they were seen, beside the counts of the other weekly tables. Views are those of
-- a post's first observation, so that weeks are compared at about the same age; posts whose views nobody knows are left
-- out, and seen_posts says how many are in. No interval: a few posts make most of the views, so top_share says how much
-- one alone made.
--
-- Grain: week, phase, platform, dimension, subject
-- Columns:
--   week | VARCHAR | - | ISO week, as 2024-W06
--   phase | VARCHAR | - | pre_campaign, campaign, quiet, voting_day or post_election
--   platform | VARCHAR | - | tiktok, facebook, instagram or all
--   dimension | VARCHAR | - | platform (the whole bucket), topic, indication or district
--   subject | VARCHAR | - | code of the topic, indication or district; all for dimension platform
--   seen_posts | BIGINT | posts | live posts whose views are known
--   views | BIGINT | views | of these posts, when first observed
--   share | DOUBLE | 0 to 1 | of the views of the bucket on the platform
--   net_sentiment | DOUBLE | -1 to 1 | (views of positive - views of negative posts) / views of posts with a sentiment
--   detected_per_1000 | DOUBLE | per 1,000 views | views of posts with an indication, detected and not reviewed
--   top_share | DOUBLE | 0 to 1 | share of the most viewed post in these views

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
