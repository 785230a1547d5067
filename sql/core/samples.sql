-- The random sample of undetected posts that each week's review sheet asks about, beside all that were flagged: what the
-- labels miss is estimated from it (trends.estimates). The order of the draw is a hash of the post, so that the sheet
-- printed again asks the same question; only a late post moves it. inclusion is the probability of being drawn.
--
-- Grain: platform, post_id
-- Columns: week, platform, post_id, inclusion

WITH method AS (
    SELECT CAST(value AS DOUBLE) AS review_sample FROM seeds.method WHERE name = 'review_sample'
)

SELECT
    posts.week,
    posts.platform,
    posts.post_id,
    round(least(1, method.review_sample / count(*) OVER (PARTITION BY posts.week)), 9) AS inclusion
FROM core.posts AS posts
CROSS JOIN method
WHERE posts.state = 'live' AND posts.text IS NOT NULL AND len(posts.indications) = 0 AND posts.week IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY posts.week ORDER BY md5(posts.platform || posts.post_id || posts.week)
) <= method.review_sample
ORDER BY posts.week, posts.platform, posts.post_id
