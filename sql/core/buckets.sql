-- The spine of every trend: each bucket (the days of one ISO week that lie in one phase) of each platform, from the
-- week of the first to the week of the last day that core.coverage knows, gaps included. Platform 'all' sums the
-- platforms.
--
-- status    observed: every planned collection of every day succeeded; partial: some did; not_collected: nothing came
--           in; unknown: posts came in without a plan
-- coverage  succeeded / planned; of 'all', NULL as soon as one platform's is unknown
-- reason    why the bucket must not be compared with another: not_collected, platform_missing (of 'all': a platform was
--           not collected), coverage_unknown, coverage_below_floor, days_below_floor (collections succeeded on a smaller
--           share of the days than the floor); the floor is in seeds.method
--
-- Grain: week, phase, platform
-- Columns: week, phase, platform, first_day, last_day, days, observed_days, planned, succeeded, coverage, status,
--   is_complete, is_comparable, reason, keyword_version, label_version

WITH method AS (
    SELECT CAST(value AS DOUBLE) AS coverage_floor
    FROM seeds.method
    WHERE name = 'coverage_floor'
),

daily AS (
    SELECT
        platform,
        day,
        sum(planned) AS planned,
        sum(succeeded) AS succeeded,
        sum(posts) AS posts
    FROM core.coverage
    GROUP BY platform, day
),

platforms AS (
    SELECT DISTINCT platform FROM core.coverage
),

span AS (
    SELECT min(calendar.week) AS first_week, max(calendar.week) AS last_week
    FROM core.coverage AS coverage
    JOIN core.calendar AS calendar ON coverage.day = calendar.day
),

spine AS (
    SELECT
        calendar.week,
        calendar.phase,
        platforms.platform,
        calendar.day,
        daily.planned,
        daily.succeeded,
        coalesce(daily.succeeded > 0, false) AS has_success,
        coalesce(daily.succeeded > 0, false) OR coalesce(daily.posts > 0, false) AS is_observed,
        coalesce(daily.planned > 0 AND daily.succeeded >= daily.planned, false) AS is_full
    FROM core.calendar AS calendar
    JOIN span ON calendar.week BETWEEN span.first_week AND span.last_week
    CROSS JOIN platforms
    LEFT JOIN daily ON platforms.platform = daily.platform AND calendar.day = daily.day
),

counted AS (
    SELECT
        week,
        phase,
        platform,
        min(day) AS first_day,
        max(day) AS last_day,
        count(*) AS days,
        count(*) FILTER (WHERE is_observed) AS observed_days,
        count(*) FILTER (WHERE has_success) AS success_days,
        count(*) FILTER (WHERE is_full) AS full_days,
        sum(planned) AS planned,
        sum(succeeded) AS succeeded
    FROM spine
    GROUP BY week, phase, platform
),

judged AS (
    SELECT
        *,
        CASE
            WHEN observed_days = 0 THEN 'not_collected'
            WHEN coalesce(planned, 0) = 0 THEN 'unknown'
            WHEN full_days = days THEN 'observed'
            ELSE 'partial'
        END AS status,
        succeeded / nullif(planned, 0) AS coverage
    FROM counted
),

by_platform AS (
    SELECT
        week,
        phase,
        platform,
        first_day,
        last_day,
        days,
        observed_days,
        planned,
        succeeded,
        coverage,
        status,
        observed_days = days AS is_complete,
        CASE
            WHEN status = 'not_collected' THEN 'not_collected'
            WHEN status = 'unknown' THEN 'coverage_unknown'
            WHEN coverage < method.coverage_floor THEN 'coverage_below_floor'
            WHEN success_days < method.coverage_floor * days THEN 'days_below_floor'
        END AS reason
    FROM judged
    CROSS JOIN method
),

plans AS (
    SELECT
        calendar.week,
        calendar.phase,
        coalesce(collection.platform, 'all') AS platform,
        left(md5(string_agg(
            DISTINCT concat_ws(' ', collection.platform, collection.source, collection.query), ','
            ORDER BY concat_ws(' ', collection.platform, collection.source, collection.query)
        )), 8) AS keyword_version
    FROM base.collection AS collection
    JOIN core.calendar AS calendar ON collection.day = calendar.day
    WHERE collection.planned > 0
    GROUP BY GROUPING SETS (
        (calendar.week, calendar.phase, collection.platform),
        (calendar.week, calendar.phase)
    )
),

labels AS (
    SELECT
        calendar.week,
        calendar.phase,
        coalesce(daily.platform, 'all') AS platform,
        string_agg(DISTINCT daily.label_version, ' ' ORDER BY daily.label_version) AS label_version
    FROM (
        SELECT DISTINCT platform, day, label_version
        FROM base.posts
        WHERE state = 'live'
    ) AS daily
    JOIN core.calendar AS calendar ON daily.day = calendar.day
    GROUP BY GROUPING SETS ((calendar.week, calendar.phase, daily.platform), (calendar.week, calendar.phase))
),

observed_days AS (
    SELECT week, phase, count(DISTINCT day) FILTER (WHERE is_observed) AS observed_days
    FROM spine
    GROUP BY week, phase
),

together AS (
    SELECT
        by_platform.week,
        by_platform.phase,
        'all' AS platform,
        min(by_platform.first_day) AS first_day,
        max(by_platform.last_day) AS last_day,
        max(by_platform.days) AS days,
        max(observed_days.observed_days) AS observed_days,
        sum(by_platform.planned) AS planned,
        sum(by_platform.succeeded) AS succeeded,
        CASE
            WHEN NOT bool_or(by_platform.status = 'unknown')
                THEN sum(by_platform.succeeded) / nullif(sum(by_platform.planned), 0)
        END AS coverage,
        CASE
            WHEN bool_and(by_platform.status = 'not_collected') THEN 'not_collected'
            WHEN bool_or(by_platform.status = 'unknown') THEN 'unknown'
            WHEN bool_and(by_platform.status = 'observed') THEN 'observed'
            ELSE 'partial'
        END AS status,
        bool_and(by_platform.is_complete) AS is_complete,
        CASE
            WHEN bool_and(by_platform.status = 'not_collected') THEN 'not_collected'
            WHEN bool_or(by_platform.status = 'not_collected') THEN 'platform_missing'
            ELSE min(by_platform.reason)
        END AS reason
    FROM by_platform
    JOIN observed_days ON by_platform.week = observed_days.week AND by_platform.phase = observed_days.phase
    GROUP BY by_platform.week, by_platform.phase
)

SELECT
    rows.week,
    rows.phase,
    rows.platform,
    rows.first_day,
    rows.last_day,
    rows.days,
    rows.observed_days,
    CAST(rows.planned AS BIGINT) AS planned,
    CAST(rows.succeeded AS BIGINT) AS succeeded,
    round(CAST(rows.coverage AS DOUBLE), 6) AS coverage,
    rows.status,
    rows.is_complete,
    rows.reason IS NULL AS is_comparable,
    rows.reason,
    plans.keyword_version,
    labels.label_version
FROM (FROM by_platform UNION ALL FROM together) AS rows
LEFT JOIN plans ON rows.week = plans.week AND rows.phase = plans.phase AND rows.platform = plans.platform
LEFT JOIN labels ON rows.week = labels.week AND rows.phase = labels.phase AND rows.platform = labels.platform
ORDER BY rows.first_day, rows.platform
