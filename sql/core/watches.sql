-- What extraction watched since when, platform by platform. A new version is a break in the series: numbers before and
-- after it are of different things.
--
-- Kind: view
-- Grain: version, since, platform
-- Columns: version, since, day, platform, accounts, keywords, hashtags, added, dropped

SELECT
    version,
    since,
    CAST(timezone((SELECT value FROM seeds.election WHERE key = 'timezone'), since) AS DATE) AS day,
    platform,
    accounts,
    keywords,
    hashtags,
    added,
    dropped
FROM base.watches
