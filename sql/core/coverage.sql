-- What is known of each day of each source: every day between the first and the last that the collection log or a post
-- names, so that a missing day is a row. Missing is not zero: posts is a finding only where the day was collected.
--
-- observed       every planned collection succeeded
-- partial        some did, or posts of the day came in later
-- not_collected  nothing was collected, or nothing is known of the day
-- unknown        posts came in, but nobody declared what they cover
--
-- Grain: platform, source, day
-- Columns: platform, source, day, planned, attempted, succeeded, posts, status, reason

WITH plan AS (
    SELECT
        platform,
        source,
        day,
        CAST(sum(planned) AS BIGINT) AS planned,
        CAST(sum(attempted) AS BIGINT) AS attempted,
        CAST(sum(succeeded) AS BIGINT) AS succeeded,
        string_agg(DISTINCT reason, ', ' ORDER BY reason) FILTER (WHERE planned = 0 OR succeeded < planned) AS reason
    FROM base.collection
    GROUP BY platform, source, day
),

found AS (
    SELECT platform, source, day, count(*) FILTER (WHERE state = 'live') AS posts
    FROM base.posts
    GROUP BY platform, source, day
),

spans AS (
    SELECT platform, source, min(day) AS first_day, max(day) AS last_day
    FROM (SELECT platform, source, day FROM plan UNION ALL SELECT platform, source, day FROM found)
    GROUP BY platform, source
),

days AS (
    SELECT spans.platform, spans.source, calendar.day
    FROM spans
    JOIN core.calendar AS calendar ON calendar.day BETWEEN spans.first_day AND spans.last_day
),

known AS (
    SELECT
        days.platform,
        days.source,
        days.day,
        plan.planned,
        plan.attempted,
        plan.succeeded,
        coalesce(found.posts, 0) AS posts,
        CASE
            WHEN plan.planned IS NULL AND found.posts > 0 THEN 'unknown'
            WHEN plan.planned IS NULL THEN 'not_collected'
            WHEN plan.planned > 0 AND plan.succeeded >= plan.planned THEN 'observed'
            WHEN plan.succeeded > 0 OR found.posts > 0 THEN 'partial'
            ELSE 'not_collected'
        END AS status,
        plan.reason
    FROM days
    LEFT JOIN plan ON days.platform = plan.platform AND days.source = plan.source AND days.day = plan.day
    LEFT JOIN found ON days.platform = found.platform AND days.source = found.source AND days.day = found.day
)

SELECT
    platform,
    source,
    day,
    planned,
    attempted,
    succeeded,
    posts,
    status,
    CASE
        WHEN status = 'observed' THEN NULL
        WHEN status = 'unknown' THEN 'no plan'
        WHEN planned IS NULL THEN 'no record'
        ELSE coalesce(reason, 'not stated')
    END AS reason
FROM known
ORDER BY platform, source, day
