-- The frame the review sample is drawn from: every live post that has a text, the strata it can be drawn in, and its turn
-- there. Nothing of it is published, since who codes must not see in which band a post lies.
--
-- band    flagged: the labels gave it a class; high, middle, low: they did not, and the largest probability of any class
--         is so high (bands of method section 10, the limits in seeds.method)
-- strata  the classes of a flagged post, each of which is drawn for itself; the band of any other
-- turn    a hash of the post, the same for ever: a smaller one is drawn first. It is of no use to guess the order of the
--         review sheet, which has a hash of its own
--
-- Grain: platform, post_id
-- Columns: platform, post_id, week, bucket, label_version, indications, sentiment_score, band, strata, turn

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'band_high') * 1000 AS high,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'band_middle') * 1000 AS middle
    FROM seeds.method
),

banded AS (
    SELECT
        posts.platform,
        posts.post_id,
        calendar.week,
        calendar.bucket,
        posts.label_version,
        posts.indications,
        posts.sentiment_score,
        CASE
            WHEN len(posts.indications) > 0 THEN 'flagged'
            WHEN posts.class_probability >= method.high THEN 'high'
            WHEN posts.class_probability >= method.middle THEN 'middle'
            ELSE 'low'
        END AS band,
        md5_number_lower(posts.platform || posts.post_id || calendar.week) AS turn
    FROM base.posts AS posts
    JOIN core.calendar AS calendar ON posts.day = calendar.day
    CROSS JOIN method
    WHERE posts.state = 'live' AND posts.text IS NOT NULL
)

SELECT
    platform,
    post_id,
    week,
    bucket,
    label_version,
    indications,
    sentiment_score,
    band,
    if(band = 'flagged', indications, [band]) AS strata,
    turn
FROM banded
ORDER BY platform, post_id
