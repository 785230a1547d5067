-- The weekly volumes and tombstones of a platform are all its posts.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_platform
-- In Indonesian: Jumlah mingguan dan nisan sebuah platform sama dengan semua unggahannya.
-- Hint: A post fell out of the buckets.
-- Hint in Indonesian: Ada unggahan yang tidak masuk keranjang waktu mana pun.

WITH counted AS (
    SELECT platform, coalesce(sum(posts), 0) + sum(removed) AS posts
    FROM trends.weekly_platform
    WHERE platform <> 'all'
    GROUP BY platform
),

there AS (
    SELECT platform, count(*) AS posts
    FROM core.posts
    GROUP BY platform
)

SELECT coalesce(there.platform, counted.platform) AS platform, counted.posts AS counted, there.posts AS there
FROM there
FULL JOIN counted ON there.platform = counted.platform
WHERE coalesce(counted.posts, 0) <> coalesce(there.posts, 0)
