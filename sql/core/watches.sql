-- What extraction watched since when, platform by platform. A new version is a break in the series: numbers before and
-- after it are of different things.
--
-- Kind: view
-- Grain: version, since, platform
-- Columns:
--   version | VARCHAR | - | hash of everything that is watched
--   since | TIMESTAMP WITH TIME ZONE | - | first run with this list
--   day | DATE | - | local day (WIB) of since
--   platform | VARCHAR | - | tiktok, facebook or instagram
--   accounts | BIGINT | accounts | watched accounts
--   keywords | BIGINT | keywords | watched words and phrases
--   hashtags | BIGINT | hashtags | watched hashtags
--   added | VARCHAR[] | - | new since the version before, as kind:name
--   dropped | VARCHAR[] | - | no longer watched, as kind:name

SELECT
    version,
    since,
    CAST(timezone('Asia/Jakarta', since) AS DATE) AS day,
    platform,
    accounts,
    keywords,
    hashtags,
    added,
    dropped
FROM base.watches
