-- The posts that each week's review sheet asks about, drawn by core.draws: flagged ones, and undetected ones of three
-- bands of probability, from which trends.estimates tells what the labels miss. inclusion is the probability of being
-- drawn.
--
-- Grain: platform, post_id
-- Columns: week, platform, post_id, band, inclusion

SELECT week, platform, post_id, band, inclusion
FROM base.review_chances
WHERE is_drawn
ORDER BY week, platform, post_id
