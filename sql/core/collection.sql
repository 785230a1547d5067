-- What was planned and what was collected, query by query. Query '*' stands for everything an import declares. An
-- account that no version of what is watched names is one of the register, which is published nowhere: it has a number.
--
-- Grain: platform, source, query, day
-- Columns: platform, source, query, day, planned, attempted, succeeded, posts, status, reason

WITH found AS (
    SELECT platform, source, query, day, count(*) AS posts
    FROM base.posts
    WHERE state = 'live'
    GROUP BY platform, source, query, day
),

found_by_day AS (
    SELECT platform, source, day, CAST(sum(posts) AS BIGINT) AS posts
    FROM found
    GROUP BY platform, source, day
),

sources AS (
    SELECT platform, source, count(query) > 0 AS has_queries
    FROM found
    GROUP BY platform, source
),

counted AS (
    SELECT
        collection.*,
        CASE
            WHEN collection.query = '*' THEN coalesce(found_by_day.posts, 0)
            WHEN coalesce(sources.has_queries, true) THEN coalesce(found.posts, 0)
        END AS posts
    FROM base.collection AS collection
    LEFT JOIN sources ON collection.platform = sources.platform AND collection.source = sources.source
    LEFT JOIN found_by_day
        ON collection.platform = found_by_day.platform
        AND collection.source = found_by_day.source
        AND collection.day = found_by_day.day
    LEFT JOIN found
        ON collection.platform = found.platform
        AND collection.source = found.source
        AND collection.day = found.day
        AND collection.query = found.query
),

named AS (
    SELECT DISTINCT platform, unnest(added) AS query
    FROM base.watches
),

registered AS (
    SELECT
        platform,
        query,
        'account:#' || row_number() OVER (PARTITION BY platform ORDER BY min(day), query) AS shown
    FROM base.collection
    WHERE starts_with(query, 'account:')
        AND platform IN (SELECT platform FROM base.watches)
        AND (platform, query) NOT IN (SELECT (platform, query) FROM named)
    GROUP BY platform, query
)

SELECT
    counted.platform,
    source,
    coalesce(registered.shown, counted.query) AS query,
    day,
    planned,
    attempted,
    succeeded,
    posts,
    CASE
        WHEN planned > 0 AND succeeded >= planned THEN 'observed'
        WHEN succeeded > 0 OR posts > 0 THEN 'partial'
        ELSE 'not_collected'
    END AS status,
    reason
FROM counted
LEFT JOIN registered ON counted.platform = registered.platform AND counted.query = registered.query
ORDER BY counted.platform, source, query, day
