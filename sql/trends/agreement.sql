-- How far coders agree: Krippendorff's nominal alpha of the codes they gave to the same texts, with bootstrap limits (the
-- method is in flows/trends/agreement.py). A text that many accounts copied is coded once, so that its posts are one unit,
-- that of them which most people coded; else ten copies would count as ten agreements. Below 0.667 no conclusion rests on
-- the codes; 0.8 is reliable (Krippendorff 2004). Week 'all' is every week together.
--
-- Kind: computed
-- Grain: week
-- Columns: week, coders, posts, alpha, alpha_low, alpha_high

WITH coded AS (
    SELECT
        reviews.platform,
        reviews.post_id,
        any_value(coalesce(posts.text_group || ' ' || posts.phase, reviews.platform || '/' || reviews.post_id)) AS unit,
        count(*) AS coders
    FROM core.reviews AS reviews
    JOIN core.posts AS posts ON reviews.platform = posts.platform AND reviews.post_id = posts.post_id
    WHERE reviews.stage = 'reviewed'
    GROUP BY reviews.platform, reviews.post_id
),

units AS (
    SELECT platform, post_id
    FROM coded
    QUALIFY row_number() OVER (PARTITION BY unit ORDER BY coders DESC, platform, post_id) = 1
)

SELECT
    reviews.week,
    reviews.platform,
    reviews.post_id,
    reviews.coder,
    reviews.code
FROM core.reviews AS reviews
JOIN units ON reviews.platform = units.platform AND reviews.post_id = units.post_id
WHERE reviews.stage = 'reviewed'
ORDER BY reviews.week, reviews.platform, reviews.post_id, reviews.coder
