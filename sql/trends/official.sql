-- Figures that others published, for an overlay on an axis of its own, never on one scale with ours: another instrument
-- counts another thing. Instrument, unit and stage are printed beside every figure.
--
-- Grain: series, as_of, metric
-- Columns: series, as_of, metric, value, week, publisher, instrument, unit, stage, scope

WITH published AS (
    SELECT 'bawaslu_2024' AS series, as_of, metric, value
    FROM (SELECT * EXCLUDE (campaign_day) FROM seeds.official_series)
    UNPIVOT (value FOR metric IN (total, hate, hoax, sara, facebook, instagram, x, tiktok, youtube))
    UNION ALL
    SELECT series, as_of, metric, value FROM seeds.official_counts
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
JOIN seeds.official_sources AS sources ON published.series = sources.series
ORDER BY published.series, as_of, published.metric
