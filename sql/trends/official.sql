-- Figures that others published, for an overlay on an axis of its own, never on one scale with ours: another instrument
-- counts another thing. Instrument, unit and stage are printed beside every figure.
--
-- Grain: series, as_of, metric
-- Columns: series, as_of, metric, value, week, publisher, instrument, unit, stage, scope

WITH published AS (
    SELECT series, as_of, metric, value
    FROM (SELECT * EXCLUDE (campaign_day) FROM seeds.official_series)
    UNPIVOT (value FOR metric IN (total, hate, hoax, sara, facebook, instagram, x, tiktok, youtube))
    UNION ALL
    SELECT series, as_of, metric, value FROM seeds.official_counts
    UNION ALL
    SELECT series, as_of, metric, value FROM seeds.regency_counts
),

sources AS (
    SELECT * FROM seeds.official_sources
    UNION ALL BY NAME
    SELECT * FROM seeds.regency_sources
)

SELECT
    published.series,
    CAST(published.as_of AS DATE) AS as_of,
    published.metric,
    CAST(published.value AS BIGINT) AS value,
    strftime(CAST(published.as_of AS DATE), '%G-W%V') AS week,
    sources.publisher,
    sources.instrument,
    sources.unit,
    sources.stage,
    sources.scope
FROM published
JOIN sources ON published.series = sources.series
ORDER BY published.series, as_of, published.metric
