-- Until when a bucket is read for comparisons. Weeks are compared as they were first known, all at the same age, because
-- an old week has had time to gather late posts and to lose removed ones. The first reading of a source lasts until the
-- end of the local day of: the bucket's release (the Monday after its week), or the landing of its collection log, or
-- the landing of its first posts, whichever is last; so a week that was imported or backfilled later is read then. What
-- lands after it is late and changes the weekly tables, never a signal; only the labels of a post whose text was edited
-- later are those of its latest text.
--
-- Grain: bucket, platform, source
-- Columns: bucket, platform, source, read_until

WITH zone AS (
    SELECT value AS name FROM seeds.election WHERE key = 'timezone'
),

landings AS (
    SELECT calendar.bucket, collection.platform, collection.source, max(collection.landed_at) AS landed_at
    FROM base.collection AS collection
    JOIN core.calendar AS calendar ON collection.day = calendar.day
    GROUP BY calendar.bucket, collection.platform, collection.source
    UNION ALL
    SELECT calendar.bucket, daily.platform, daily.source, min(daily.landed_at)
    FROM (
        SELECT platform, first_source AS source, day, min(first_landed_at) AS landed_at
        FROM base.posts
        GROUP BY platform, first_source, day
    ) AS daily
    JOIN core.calendar AS calendar ON daily.day = calendar.day
    GROUP BY calendar.bucket, daily.platform, daily.source
)

SELECT
    landings.bucket,
    landings.platform,
    landings.source,
    timezone(zone.name, date_trunc('day', timezone(zone.name, greatest(
        max(landings.landed_at),
        timezone(zone.name, date_trunc('week', landings.bucket) + INTERVAL 7 DAY)
    ))) + INTERVAL 1 DAY) AS read_until
FROM landings
CROSS JOIN zone
GROUP BY landings.bucket, landings.platform, landings.source, zone.name
ORDER BY landings.bucket, landings.platform, landings.source
