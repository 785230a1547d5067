-- The regencies of the fleet: what each has published, and what became of it in the run that made these tables.
--
-- state  published; nothing_published; unreadable: what is published there was not taken, `told` says why
--
-- Grain: regency_code
-- Columns: regency_code, regency, timezone, state, told, weeks, first_week, last_week, last_release

SELECT
    regencies.regency_code,
    regencies.regency,
    regencies.timezone,
    regencies.state,
    regencies.told,
    count(weeks.week) AS weeks,
    min(weeks.week) AS first_week,
    max(weeks.week) AS last_week,
    max(weeks.released_at) AS last_release
FROM published.regencies AS regencies
LEFT JOIN published.weeks AS weeks ON regencies.regency_code = weeks.regency_code
GROUP BY ALL
ORDER BY regencies.regency_code
