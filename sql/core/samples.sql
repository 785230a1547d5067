-- The posts that each week's review sheet asks about, drawn by core.draws: flagged ones, and undetected ones of three
-- bands of probability, from which trends.estimates tells what the labels miss. inclusion is the probability of being
-- drawn.
--
-- Grain: platform, post_id
-- Columns: week, platform, post_id, band, inclusion

SELECT
    turns.week,
    turns.platform,
    turns.post_id,
    turns.band,
    max(draws.inclusion) AS inclusion
FROM base.review_turns AS turns
CROSS JOIN unnest(turns.strata) AS strata(stratum)
JOIN core.draws AS draws
    ON turns.week = draws.week AND turns.label_version = draws.label_version AND strata.stratum = draws.stratum
GROUP BY turns.week, turns.platform, turns.post_id, turns.band
HAVING bool_or(turns.turn <= draws.last_turn)
ORDER BY turns.week, turns.platform, turns.post_id
