-- One row a week that a regency published: its two lights, what was collected, and the incidents that people follow there.
-- The lights are those of its own report, by its own rules; regencies are not compared, and no row says more about people
-- than about how much was collected.
--
-- Grain: regency_code, week
-- Columns: regency_code, week, first_day, last_day, publication, released_at, is_embargoed, content, collection, coverage,
--   posts, labelled, detected, incidents, open_incidents

WITH incidents AS (
    SELECT
        regency_code,
        week,
        count(DISTINCT incident) AS incidents,
        count(DISTINCT incident) FILTER (WHERE status = 'open') AS open_incidents
    FROM published.incident_weeks
    WHERE situation
    GROUP BY regency_code, week
)

SELECT
    weeks.regency_code,
    weeks.week,
    weeks.first_day,
    weeks.last_day,
    weeks.publication,
    weeks.released_at,
    weeks.is_embargoed,
    weeks.content,
    weeks.collection,
    weeks.coverage,
    weeks.posts,
    weeks.labelled,
    weeks.detected,
    coalesce(incidents.incidents, 0) AS incidents,
    coalesce(incidents.open_incidents, 0) AS open_incidents
FROM published.weeks AS weeks
LEFT JOIN incidents ON weeks.regency_code = incidents.regency_code AND weeks.week = incidents.week
ORDER BY weeks.regency_code, weeks.week
