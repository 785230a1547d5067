-- The posts whose turn to be reviewed can come, and it: all flagged ones, and of each week's other bands those of the
-- smallest turns, sixteen times as many as are drawn, and all that the draw of a publication holds. A season has thousands
-- of times as many, of which nobody needs the turn. Chance leaves too few of them less than once in 10^100 weeks;
-- core.draws stops then.
--
-- turn    a hash of the post, the same for ever: a smaller one is drawn first. It is of no use to guess the order of the
--         review sheet, which has a hash of its own
--
-- Grain: platform, post_id
-- Columns: platform, post_id, week, bucket, label_version, indications, sentiment_score, band, strata, turn

WITH bands AS (
    SELECT week, label_version, band, sum(posts) AS posts
    FROM base.review_frame
    WHERE band <> 'flagged'
    GROUP BY week, label_version, band
),

sizes AS (
    SELECT replace(name, 'review_', '') AS band, CAST(value AS DOUBLE) AS most
    FROM seeds.method
    WHERE name = 'review_high' OR name = 'review_middle' OR name = 'review_low'
),

limits AS (
    SELECT
        bands.week,
        bands.label_version,
        bands.band,
        if(
            bands.posts <= sizes.most * 16,
            18446744073709551615::UBIGINT,
            greatest(coalesce(kept.last_turn, 0), CAST(18446744073709551615 / bands.posts * sizes.most * 16 AS UBIGINT))
        ) AS last_turn
    FROM bands
    JOIN sizes ON bands.band = sizes.band
    LEFT JOIN base.kept_draws AS kept
        ON bands.week = kept.week AND bands.label_version = kept.label_version AND bands.band = kept.stratum
)

SELECT
    posts.platform,
    posts.post_id,
    posts.week,
    posts.bucket,
    posts.label_version,
    posts.indications,
    posts.sentiment_score,
    posts.band,
    posts.strata,
    CAST(md5_number(concat(posts.platform, posts.post_id, posts.week)) >> 64 AS UBIGINT) AS turn
FROM base.review_bands AS posts
LEFT JOIN limits
    ON posts.week = limits.week AND posts.label_version = limits.label_version AND posts.band = limits.band
WHERE posts.band = 'flagged' OR turn <= limits.last_turn
ORDER BY posts.platform, posts.post_id
