-- Every post with the bucket it is in and whether the first reading of its source knew it (core.readings): it had landed
-- and was not gone yet. Private, since unit_key tells which posts are copies of each other.
--
-- Kind: view
-- Grain: platform, post_id
-- Columns: bucket, platform, post_id, author_key, created_at, day, state, text, unit_key, sentiment, topics,
--   indications, districts, first_source, first_views, is_read

SELECT
    readings.bucket,
    posts.platform,
    posts.post_id,
    posts.author_key,
    posts.created_at,
    posts.day,
    posts.state,
    coalesce(posts.shown, posts.text) AS text,
    posts.unit_key,
    posts.sentiment,
    posts.topics,
    posts.indications,
    posts.districts,
    posts.first_source,
    posts.first_views,
    posts.first_landed_at < readings.read_until
        AND (posts.gone_landed_at IS NULL OR posts.gone_landed_at >= readings.read_until) AS is_read
FROM base.posts AS posts
JOIN core.calendar AS calendar ON posts.day = calendar.day
JOIN core.readings AS readings
    ON calendar.bucket = readings.bucket
    AND posts.platform = readings.platform
    AND posts.first_source = readings.source
