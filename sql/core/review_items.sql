-- Every post that was detected or that a person looked at, how far it has come, and its clocks. Software starts no legal
-- clock: hand_over_limit is the office's own limit for handing over to Bawaslu (seeds.method), the legal one is set by
-- Bawaslu. act_by is the day by which the office acts on it: that limit, but of a post of the quiet period no later than
-- its last day, since the vote comes before the limit does. A post is indicated when two coders agree on a code or an
-- adjudicator gives one; what was handed over or decided counts as indicated.
--
-- outcome  unreviewed; gone (removed before anybody looked at it); one_coder, disagreed (waiting for a second or third
--          person), dismissed (agreed: none); indicated (waiting for a decision to hand over), closed (not handed over);
--          referred (waiting), undecided (ended without a decision), pending, not_violation, violation
--
-- Grain: platform, post_id
-- Columns: platform, post_id, week, phase, is_detected, indications, state, first_seen_day, hand_over_limit, act_by,
--   working_limit, coders, codes, code, stage, outcome, is_open

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'hand_over_days') AS hand_over_days,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'coders_agree') AS coders_agree
    FROM seeds.method
),

lengths AS (
    SELECT
        CAST(method.hand_over_days AS INTEGER) AS hand_over,
        CAST(clocks.days AS INTEGER) AS working
    FROM seeds.clocks AS clocks
    CROSS JOIN method
    WHERE clocks.code = 'working'
),

coded AS (
    SELECT
        platform,
        post_id,
        count(*) FILTER (WHERE stage = 'reviewed') AS coders,
        list(code ORDER BY code) FILTER (WHERE stage = 'reviewed') AS codes,
        max(code) FILTER (WHERE stage = 'reviewed') AS highest,
        min(code) FILTER (WHERE stage = 'reviewed') AS lowest,
        arg_max(code, landed_at) FILTER (WHERE stage = 'adjudicated') AS adjudicated,
        bool_or(stage = 'closed') AS is_closed,
        bool_or(stage = 'referred') AS is_referred,
        bool_or(stage = 'undecided') AS is_undecided,
        arg_max(stage, landed_at) FILTER (WHERE stage IN ('pending', 'not_violation', 'violation')) AS decision
    FROM core.reviews
    GROUP BY platform, post_id
),

items AS (
    SELECT
        posts.platform,
        posts.post_id,
        posts.week,
        posts.phase,
        len(posts.indications) > 0 AS is_detected,
        posts.indications,
        posts.state,
        CAST(timezone((SELECT value FROM seeds.election WHERE key = 'timezone'), posts.first_seen_at) AS DATE)
            AS first_seen_day,
        coded.post_id IS NOT NULL AS is_reviewed,
        coalesce(coded.coders, 0) AS coders,
        coalesce(coded.codes, []) AS codes,
        coalesce(
            coded.adjudicated,
            CASE WHEN coded.coders >= method.coders_agree AND coded.lowest = coded.highest THEN coded.lowest END
        ) AS code,
        coalesce(coded.coders >= method.coders_agree, false) AS has_coders,
        coalesce(coded.is_closed, false) AS is_closed,
        coalesce(coded.is_referred OR coded.is_undecided, false) OR coded.decision IS NOT NULL AS is_referred,
        coalesce(coded.is_undecided, false) AS is_undecided,
        coded.decision
    FROM core.posts AS posts
    CROSS JOIN method
    LEFT JOIN coded ON posts.platform = coded.platform AND posts.post_id = coded.post_id
    WHERE len(posts.indications) > 0 OR coded.post_id IS NOT NULL
),

limits AS (
    SELECT
        days.first_seen_day,
        days.first_seen_day + lengths.hand_over AS hand_over_limit,
        list_filter(
            range(1, 61),
            lambda step: isodow(days.first_seen_day + CAST(step AS INTEGER)) < 6
                AND NOT list_contains(holidays.days, days.first_seen_day + CAST(step AS INTEGER))
        )[lengths.working] AS working_days
    FROM (SELECT DISTINCT first_seen_day FROM items) AS days
    CROSS JOIN lengths
    CROSS JOIN (SELECT coalesce(list(CAST(day AS DATE)), []) AS days FROM seeds.holidays) AS holidays
),

quiet AS (
    SELECT phase, max(CAST(last_day AS DATE)) AS last_day
    FROM seeds.calendar
    WHERE CAST(is_quiet AS BOOLEAN)
    GROUP BY phase
)

SELECT
    items.platform,
    items.post_id,
    items.week,
    items.phase,
    items.is_detected,
    items.indications,
    items.state,
    items.first_seen_day,
    limits.hand_over_limit,
    if(quiet.last_day >= items.first_seen_day, least(limits.hand_over_limit, quiet.last_day), limits.hand_over_limit)
        AS act_by,
    items.first_seen_day + CAST(limits.working_days AS INTEGER) AS working_limit,
    items.coders,
    items.codes,
    items.code,
    CASE
        WHEN items.decision IS NOT NULL THEN 'decided'
        WHEN items.is_referred THEN 'referred'
        WHEN items.is_closed OR items.code <> 'none' THEN 'indicated'
        WHEN items.is_reviewed THEN 'reviewed'
        ELSE 'detected'
    END AS stage,
    CASE
        WHEN items.decision IS NOT NULL THEN items.decision
        WHEN items.is_undecided THEN 'undecided'
        WHEN items.is_referred THEN 'referred'
        WHEN items.is_closed THEN 'closed'
        WHEN items.code = 'none' THEN 'dismissed'
        WHEN items.code IS NOT NULL THEN 'indicated'
        WHEN items.has_coders THEN 'disagreed'
        WHEN items.is_reviewed THEN 'one_coder'
        WHEN items.state = 'removed' THEN 'gone'
        ELSE 'unreviewed'
    END AS outcome,
    NOT items.is_reviewed AND items.state = 'live' AS is_open
FROM items
JOIN limits ON items.first_seen_day = limits.first_seen_day
LEFT JOIN quiet ON items.phase = quiet.phase
ORDER BY items.platform, items.post_id
