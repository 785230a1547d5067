-- How far what was detected has come, stage by stage; stages are never summed. At every stage entered = passed +
-- rejected + waiting, and what passed is what enters the next one: a check proves it. Only the last stage may be called
-- a violation, and only where it passed.
--
-- detected   passed: somebody looked at it; rejected: removed before anybody did; waiting: nobody did yet
-- reviewed   passed: indicated; rejected: coders agreed that it is none; waiting: for a second or third person
-- indicated  passed: handed over; rejected: closed; waiting: for that decision
-- referred   passed: the receiver took a decision or says that it is in process; rejected: ended without a decision;
--            waiting: nothing heard
-- decided    passed: violation; rejected: not a violation; waiting: in process
--
-- Grain: week, phase, origin, stage
-- Columns: week, phase, origin, stage, step, entered, passed, rejected, waiting

WITH reached AS (
    SELECT
        week,
        phase,
        if(is_detected, 'detected', 'sample') AS origin,
        list_position(['detected', 'reviewed', 'indicated', 'referred', 'decided'], stage) AS step,
        outcome
    FROM core.review_items
),

buckets AS (
    SELECT DISTINCT week, phase, first_day FROM core.buckets
),

stages AS (
    SELECT
        buckets.week,
        buckets.phase,
        buckets.first_day,
        origins.origin,
        stages.stage,
        stages.step
    FROM buckets
    CROSS JOIN (SELECT unnest(['detected', 'sample']) AS origin) AS origins
    CROSS JOIN (
        SELECT
            unnest(['detected', 'reviewed', 'indicated', 'referred', 'decided']) AS stage,
            unnest([1, 2, 3, 4, 5]) AS step
    ) AS stages
    WHERE origins.origin = 'detected' OR stages.step > 1
)

SELECT
    stages.week,
    stages.phase,
    stages.origin,
    stages.stage,
    CAST(stages.step AS BIGINT) AS step,
    count(reached.step) AS entered,
    count(reached.step) FILTER (
        WHERE reached.step > stages.step OR (stages.step = 5 AND reached.outcome = 'violation')
    ) AS passed,
    count(reached.step) FILTER (
        WHERE reached.step = stages.step AND reached.outcome IN ('gone', 'dismissed', 'closed', 'undecided', 'not_violation')
    ) AS rejected,
    count(reached.step) FILTER (
        WHERE reached.step = stages.step
            AND reached.outcome NOT IN ('gone', 'dismissed', 'closed', 'undecided', 'not_violation', 'violation')
    ) AS waiting
FROM stages
LEFT JOIN reached
    ON stages.week = reached.week
    AND stages.phase = reached.phase
    AND stages.origin = reached.origin
    AND reached.step >= stages.step
GROUP BY stages.week, stages.phase, stages.first_day, stages.origin, stages.stage, stages.step
ORDER BY stages.first_day, stages.origin, stages.step
