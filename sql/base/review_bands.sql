-- Every live post that has a text, and the band in which the review sample can draw it. Nothing of it is published, since
-- who codes must not see in which band a post lies.
--
-- band    flagged: the labels gave it a class; high, middle, low: they did not, and the largest probability of any class
--         is so high (bands of method section 10, the limits in seeds.method)
-- strata  the classes of a flagged post, each of which is drawn for itself; the band of any other
--
-- Kind: view
-- Grain: platform, post_id
-- Columns: platform, post_id, week, bucket, label_version, indications, sentiment_score, band, strata

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'band_high') * 1000 AS high,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'band_middle') * 1000 AS middle
    FROM seeds.method
)

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
    if(band = 'flagged', posts.indications, [band]) AS strata
FROM base.posts AS posts
JOIN core.calendar AS calendar ON posts.day = calendar.day
CROSS JOIN method
WHERE posts.state = 'live' AND posts.text IS NOT NULL
