-- How far coders agree: Krippendorff's nominal alpha of the codes they gave to the same posts, with bootstrap limits (the
-- method is in flows/trends/agreement.py). Below 0.667 no conclusion rests on the codes; 0.8 is reliable (Krippendorff
-- 2004). Week 'all' is every week together.
--
-- Kind: computed
-- Grain: week
-- Columns: week, coders, posts, alpha, alpha_low, alpha_high

SELECT
    week,
    platform,
    post_id,
    coder,
    code
FROM core.reviews
WHERE stage = 'reviewed'
ORDER BY week, platform, post_id, coder
