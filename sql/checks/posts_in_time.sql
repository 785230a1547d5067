-- No post is older than 2010 or newer than one day after it was last seen; none was last seen before it was first.
--
-- Severity: stop
-- Gate: posts
-- Table: posts
-- In Indonesian: Tidak ada unggahan sebelum 2010 atau lebih dari sehari setelah terakhir terlihat.
-- Hint: Seconds were read as milliseconds, or a date in the wrong order.
-- Hint in Indonesian: Detik terbaca sebagai milidetik, atau urutan tanggal keliru.

-- In microseconds, since sums of times with a zone ask the calendar for each of them.
WITH method AS (
    SELECT
        make_date(CAST(max(value) FILTER (WHERE name = 'earliest_year') AS BIGINT), 1, 1) AS first_day,
        86400000000 * CAST(max(value) FILTER (WHERE name = 'days_ahead') AS BIGINT) AS ahead
    FROM seeds.method
)

SELECT platform, post_id, created_at, first_seen_at, last_seen_at
FROM base.posts
CROSS JOIN method
WHERE
    day < method.first_day
    OR epoch_us(created_at) > epoch_us(last_seen_at) + method.ahead
    OR last_seen_at < first_seen_at
