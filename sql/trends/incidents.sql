-- The register of incidents: matters that people follow over weeks, one row each, with what all their weeks add up to.
-- Accounts and texts are of the week with most of them, since the same may be in several; posts and views are sums.
-- status is that of the last week it was seen, closed once a later bucket was published without it.
--
-- Grain: incident
-- Columns: incident, kind, family, subject, opened, last_seen, weeks, status, situation, posts, texts, accounts,
--   platforms, views, district, driving_words, event_day, event_id, event_en, stage

SELECT
    evidence.incident,
    arg_min(evidence.kind, evidence.first_day) AS kind,
    any_value(evidence.family) AS family,
    any_value(evidence.subject) AS subject,
    min(evidence.opened) AS opened,
    max(evidence.last_seen) AS last_seen,
    list(DISTINCT evidence.week ORDER BY evidence.week) AS weeks,
    if(
        arg_max(evidence.status, evidence.first_day) <> 'false_detection'
            AND max(evidence.week) < (SELECT max(week) FROM core.buckets WHERE status <> 'not_collected'),
        'closed',
        arg_max(evidence.status, evidence.first_day)
    ) AS status,
    bool_or(evidence.situation) AS situation,
    CAST(sum(evidence.posts) AS BIGINT) AS posts,
    max(evidence.texts) AS texts,
    max(evidence.accounts) AS accounts,
    list_sort(list_distinct(flatten(list(evidence.platforms)))) AS platforms,
    CAST(sum(evidence.views) AS BIGINT) AS views,
    arg_max(evidence.district, evidence.posts) AS district,
    arg_max(evidence.driving_words, evidence.first_day) AS driving_words,
    min(evidence.event_day) AS event_day,
    arg_min(evidence.event_id, evidence.event_day) AS event_id,
    arg_min(evidence.event_en, evidence.event_day) AS event_en,
    arg_max(evidence.stage, evidence.first_day) AS stage
FROM trends.incident_weeks AS evidence
GROUP BY evidence.incident
ORDER BY evidence.incident
