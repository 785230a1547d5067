-- Every day that ronda knows of, with the phase of the election it lies in.
-- Whole ISO weeks, from the first to the last day of: the calendar seed, the posts, the collection log.
--
-- Grain: day
-- Columns: day, week, phase, bucket, is_rally, days_to_vote, weekday, is_holiday

WITH phases AS (
    SELECT
        phase,
        CAST(first_day AS DATE) AS first_day,
        CAST(last_day AS DATE) AS last_day,
        CAST(is_rally AS BOOLEAN) AS is_rally
    FROM seeds.calendar
),

known AS (
    SELECT min(first_day) AS first_day, max(last_day) AS last_day FROM phases
    UNION ALL
    SELECT min(last_day), max(first_day) FROM phases
    UNION ALL
    SELECT min(day), max(day) FROM base.posts
    UNION ALL
    SELECT min(day), max(day) FROM base.collection
),

span AS (
    SELECT date_trunc('week', min(first_day)) AS monday, date_trunc('week', max(last_day)) + INTERVAL 6 DAY AS sunday
    FROM known
),

days AS (
    SELECT CAST(unnest(generate_series(monday, sunday, INTERVAL 1 DAY)) AS DATE) AS day FROM span
),

vote AS (
    SELECT CAST(value AS DATE) AS day FROM seeds.election WHERE key = 'voting_day'
)

SELECT
    days.day,
    strftime(days.day, '%G-W%V') AS week,
    phases.phase,
    min(days.day) OVER (PARTITION BY date_trunc('week', days.day), phases.phase) AS bucket,
    phases.is_rally,
    CAST(vote.day - days.day AS INTEGER) AS days_to_vote,
    CAST(isodow(days.day) AS INTEGER) AS weekday,
    days.day IN (SELECT CAST(day AS DATE) FROM seeds.holidays) AS is_holiday
FROM days
CROSS JOIN vote
LEFT JOIN phases
    ON days.day >= coalesce(phases.first_day, days.day) AND days.day <= coalesce(phases.last_day, days.day)
ORDER BY days.day
