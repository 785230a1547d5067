-- The posts of base.review_turns with the chance that core.draws gives each to be asked about, and who was drawn. A post
-- flagged as several classes is drawn with each of them, so that its chance is the largest of theirs. Not published.
--
-- Grain: platform, post_id
-- Columns: platform, post_id, week, bucket, indications, sentiment_score, band, inclusion, is_drawn

WITH chances AS (
    SELECT
        turns.platform,
        turns.post_id,
        draws.inclusion,
        turns.turn <= draws.last_turn AS is_drawn
    FROM base.review_turns AS turns
    JOIN core.draws AS draws
        ON turns.week = draws.week AND turns.label_version = draws.label_version AND turns.band = draws.stratum
    UNION ALL
    SELECT
        turns.platform,
        turns.post_id,
        max(draws.inclusion) AS inclusion,
        bool_or(turns.turn <= draws.last_turn) AS is_drawn
    FROM base.review_turns AS turns
    CROSS JOIN unnest(turns.indications) AS classes(indication)
    JOIN core.draws AS draws
        ON turns.week = draws.week AND turns.label_version = draws.label_version AND classes.indication = draws.stratum
    GROUP BY turns.platform, turns.post_id
)

SELECT
    turns.platform,
    turns.post_id,
    turns.week,
    turns.bucket,
    turns.indications,
    turns.sentiment_score,
    turns.band,
    chances.inclusion,
    chances.is_drawn
FROM base.review_turns AS turns
JOIN chances ON turns.platform = chances.platform AND turns.post_id = chances.post_id
ORDER BY turns.platform, turns.post_id
