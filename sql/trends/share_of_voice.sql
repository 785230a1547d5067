-- Who has the word: topics in the posts of all platforms, and platforms in all posts; never contestants. The shares of
-- topics may add up to more than 1, because a post counts in each of its topics. Platforms are given only where every
-- one of them was collected. Wilson's interval (Wilson 1927), for topics as in trends.weekly_measures.
--
-- Grain: week, phase, kind, subject
-- Columns: week, phase, kind, subject, posts, share, share_low, share_high, view_share

WITH method AS (
    SELECT CAST(value AS DOUBLE) AS z
    FROM seeds.method
    WHERE name = 'normal_quantile'
),

whole AS (
    SELECT
        measures.week,
        measures.phase,
        measures.posts,
        method.z * method.z AS zz,
        views.views
    FROM trends.weekly_measures AS measures
    CROSS JOIN method
    JOIN core.buckets AS buckets
        ON measures.week = buckets.week AND measures.phase = buckets.phase AND measures.platform = buckets.platform
    JOIN trends.weekly_views AS views
        ON measures.week = views.week
        AND measures.phase = views.phase
        AND measures.platform = views.platform
        AND measures.dimension = views.dimension
        AND measures.subject = views.subject
    WHERE
        measures.platform = 'all'
        AND measures.dimension = 'platform'
        AND coalesce(buckets.reason, '') NOT IN ('platform_missing', 'not_collected')
),

platforms AS (
    SELECT
        measures.week,
        measures.phase,
        'platform' AS kind,
        measures.platform AS subject,
        measures.posts,
        measures.posts / nullif(whole.posts, 0) AS share,
        (measures.posts + whole.zz / 2 - sqrt(
            whole.zz * (measures.posts * (1 - measures.posts / nullif(whole.posts, 0)) + whole.zz / 4)
        )) / (whole.posts + whole.zz) AS share_low,
        (measures.posts + whole.zz / 2 + sqrt(
            whole.zz * (measures.posts * (1 - measures.posts / nullif(whole.posts, 0)) + whole.zz / 4)
        )) / (whole.posts + whole.zz) AS share_high,
        views.views / nullif(whole.views, 0) AS view_share
    FROM trends.weekly_measures AS measures
    JOIN whole ON measures.week = whole.week AND measures.phase = whole.phase
    JOIN trends.weekly_views AS views
        ON measures.week = views.week
        AND measures.phase = views.phase
        AND measures.platform = views.platform
        AND measures.dimension = views.dimension
        AND measures.subject = views.subject
    WHERE measures.platform <> 'all' AND measures.dimension = 'platform'
),

topics AS (
    SELECT
        measures.week,
        measures.phase,
        'topic' AS kind,
        measures.subject,
        measures.posts,
        measures.share,
        measures.share_low,
        measures.share_high,
        views.share AS view_share
    FROM trends.weekly_measures AS measures
    JOIN trends.weekly_views AS views
        ON measures.week = views.week
        AND measures.phase = views.phase
        AND measures.platform = views.platform
        AND measures.dimension = views.dimension
        AND measures.subject = views.subject
    WHERE measures.platform = 'all' AND measures.dimension = 'topic'
)

SELECT
    week,
    phase,
    kind,
    subject,
    posts,
    round(share, 9) AS share,
    round(share_low, 9) AS share_low,
    round(share_high, 9) AS share_high,
    round(view_share, 9) AS view_share
FROM (FROM platforms UNION ALL FROM topics)
ORDER BY week, phase, kind, subject
