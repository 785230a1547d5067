-- How far coders agree: Krippendorff's nominal alpha of the codes they gave to the same posts, with bootstrap limits (the
-- method is in flows/trends/agreement.py). Below 0.667 no conclusion rests on the codes; 0.8 is reliable (Krippendorff
-- 2004). Week 'all' is every week together.
--
-- Kind: computed
-- Grain: week
-- Columns:
--   week | VARCHAR | - | ISO week of the posts, or all
--   coders | BIGINT | coders | who coded any
--   posts | BIGINT | posts | coded by two or more
--   alpha | DOUBLE | -1 to 1 | 1 is agreement, 0 is chance; NULL when nothing can be compared
--   alpha_low | DOUBLE | -1 to 1 | lower 95 % limit
--   alpha_high | DOUBLE | -1 to 1 | upper 95 % limit

SELECT
    week,
    platform,
    post_id,
    coder,
    code
FROM core.reviews
WHERE stage = 'reviewed'
ORDER BY week, platform, post_id, coder
