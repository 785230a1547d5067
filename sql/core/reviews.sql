-- What people said of posts in returned review sheets: the last line of each coder for each post and stage. Coders are
-- kept apart, so that their agreement can be measured (trends.agreement). Notes stay in the warehouse.
--
-- Grain: platform, post_id, coder, stage
-- Columns: platform, post_id, coder, stage, code, sentiment, day, week, phase, landed_at

SELECT
    reviews.platform,
    reviews.post_id,
    reviews.coder,
    reviews.stage,
    reviews.code,
    reviews.sentiment,
    reviews.day,
    posts.week,
    posts.phase,
    reviews.landed_at
FROM base.reviews AS reviews
JOIN core.posts AS posts ON reviews.platform = posts.platform AND reviews.post_id = posts.post_id
QUALIFY row_number() OVER (
    PARTITION BY reviews.platform, reviews.post_id, reviews.coder, reviews.stage
    ORDER BY reviews.landed_at DESC, reviews.position DESC, reviews.file_id DESC, reviews.line DESC
) = 1
ORDER BY reviews.platform, reviews.post_id, reviews.coder, reviews.stage
