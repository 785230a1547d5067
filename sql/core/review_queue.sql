-- What waits for a coder, the first, second or third: every flagged post, and of the latest weeks, those that estimates are
-- pooled over, what was drawn of the others. Nothing in it tells which are flagged, since who codes must not know: a
-- drawn post has the limit, and the day to act by, that it would have as a flagged one. A post that is gone waits for nobody.
--
-- Grain: platform, post_id
-- Columns: platform, post_id, week, phase, hand_over_limit, act_by

WITH method AS (
    SELECT
        max(CAST(value AS BIGINT)) FILTER (WHERE name = 'hand_over_days') AS hand_over_days,
        max(CAST(value AS BIGINT)) FILTER (WHERE name = 'estimate_weeks') AS estimate_weeks
    FROM seeds.method
),

quiet AS (
    SELECT phase, max(CAST(last_day AS DATE)) AS last_day
    FROM seeds.calendar
    WHERE CAST(is_quiet AS BOOLEAN)
    GROUP BY phase
),

weeks AS (
    SELECT week, row_number() OVER (ORDER BY week DESC) AS place
    FROM (SELECT DISTINCT week FROM core.draws)
),

sampled AS (
    SELECT
        posts.platform,
        posts.post_id,
        posts.week,
        posts.phase,
        CAST(timezone((SELECT value FROM seeds.election WHERE key = 'timezone'), posts.first_seen_at) AS DATE)
            AS first_seen_day,
        CAST(method.hand_over_days AS INTEGER) AS hand_over_days
    FROM core.samples AS samples
    JOIN core.posts AS posts ON samples.platform = posts.platform AND samples.post_id = posts.post_id
    JOIN weeks ON samples.week = weeks.week
    CROSS JOIN method
    WHERE weeks.place <= method.estimate_weeks AND len(posts.indications) = 0
),

limited AS (
    SELECT
        sampled.*,
        sampled.first_seen_day + sampled.hand_over_days AS hand_over_limit,
        if(quiet.last_day >= sampled.first_seen_day, least(hand_over_limit, quiet.last_day), hand_over_limit) AS act_by
    FROM sampled
    LEFT JOIN quiet ON sampled.phase = quiet.phase
)

SELECT platform, post_id, week, phase, hand_over_limit, act_by
FROM core.review_items
WHERE is_detected AND state = 'live' AND outcome IN ('unreviewed', 'one_coder', 'disagreed')
UNION ALL
SELECT limited.platform, limited.post_id, limited.week, limited.phase, limited.hand_over_limit, limited.act_by
FROM limited
LEFT JOIN core.review_items AS items ON limited.platform = items.platform AND limited.post_id = items.post_id
WHERE items.outcome IS NULL OR items.outcome IN ('unreviewed', 'one_coder', 'disagreed')
ORDER BY hand_over_limit, platform, post_id
