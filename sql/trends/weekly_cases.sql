-- Cases by the week and phase of their posts: how many were opened, handed over, answered, decided and closed until now.
-- Counts of cases, not of posts; no stage is the sum of others. `violations` is the only count of decided violations.
--
-- Grain: week, phase
-- Columns: week, phase, first_day, cases, referred, answered, decided, violations, not_violations, pending, closed

WITH buckets AS (
    SELECT DISTINCT week, phase, first_day FROM core.buckets
)

SELECT
    buckets.week,
    buckets.phase,
    buckets.first_day,
    count(cases.case_number) AS cases,
    count(cases.referred_day) AS referred,
    count(cases.answered_day) AS answered,
    count(cases.outcome) FILTER (WHERE cases.outcome <> 'pending') AS decided,
    count(cases.outcome) FILTER (WHERE cases.outcome = 'violation') AS violations,
    count(cases.outcome) FILTER (WHERE cases.outcome = 'not_violation') AS not_violations,
    count(cases.outcome) FILTER (WHERE cases.outcome = 'pending') AS pending,
    count(cases.closed_day) AS closed
FROM buckets
LEFT JOIN core.cases AS cases ON buckets.week = cases.week AND buckets.phase = cases.phase
GROUP BY buckets.week, buckets.phase, buckets.first_day
ORDER BY buckets.first_day
