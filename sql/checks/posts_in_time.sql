-- No post is older than 2010 or newer than one day after it was last seen; none was last seen before it was first.
--
-- Severity: stop
-- Gate: posts
-- Table: posts
-- In Indonesian: Tidak ada unggahan sebelum 2010 atau lebih dari sehari setelah terakhir terlihat.
-- Hint: Seconds were read as milliseconds, or a date in the wrong order.
-- Hint in Indonesian: Detik terbaca sebagai milidetik, atau urutan tanggal keliru.

SELECT platform, post_id, created_at, first_seen_at, last_seen_at
FROM base.posts
WHERE day < DATE '2010-01-01' OR created_at > last_seen_at + INTERVAL 1 DAY OR last_seen_at < first_seen_at
