-- The posts a week was published with are still known, as posts or as tombstones, or went for a reason that the chain
-- of the ledger states; a post whose own time was corrected may have moved over the border of its week.
--
-- Severity: stop
-- Gate: trends
-- Table: publications
-- In Indonesian: Unggahan yang pernah diterbitkan untuk suatu minggu masih ada, atau hilang dengan alasan yang tercatat.
-- Hint: Files of the landing are missing or are not loaded; restore them from a backup and load again.
-- Hint in Indonesian: Ada berkas landing yang hilang atau belum dimuat; pulihkan dari cadangan lalu muat kembali.

WITH said AS (
    SELECT
        week,
        phase,
        platform,
        metric,
        coalesce(arg_max(struct_pack(value := value), sequence).value, 0) AS value,
        max(sequence) AS sequence,
        max(loaded_until) AS loaded_until
    FROM base.publications
    WHERE table_name = 'trends.weekly_platform' AND metric IN ('posts', 'removed') AND platform <> 'all'
    GROUP BY week, phase, platform, metric
),

published AS (
    SELECT
        week,
        platform,
        CAST(sum(value) AS BIGINT) AS stated,
        max(sequence) AS sequence,
        max(loaded_until) AS loaded_until
    FROM said
    GROUP BY week, platform
),

known AS (
    SELECT published.week, published.platform, count(*) AS posts
    FROM published
    JOIN core.posts AS posts ON posts.week = published.week AND posts.platform = published.platform
    WHERE (posts.first_landed_at <= published.loaded_until) IS NOT FALSE
    GROUP BY published.week, published.platform
),

forgotten AS (
    SELECT published.week, published.platform, CAST(sum(gone.posts) AS BIGINT) AS posts
    FROM published
    JOIN base.forgotten AS gone
        ON gone.week = published.week AND gone.platform = published.platform AND gone.sequence >= published.sequence
    GROUP BY published.week, published.platform
),

lost AS (
    SELECT
        published.week,
        published.platform,
        published.stated,
        coalesce(known.posts, 0) AS known,
        coalesce(forgotten.posts, 0) AS explained
    FROM published
    LEFT JOIN known ON known.week = published.week AND known.platform = published.platform
    LEFT JOIN forgotten ON forgotten.week = published.week AND forgotten.platform = published.platform
    WHERE published.stated > coalesce(known.posts, 0) + coalesce(forgotten.posts, 0)
),

days AS (
    SELECT week, min(day) AS first_day, max(day) AS last_day
    FROM core.calendar
    GROUP BY week
),

often AS (
    SELECT platform, post_id
    FROM base.observations
    SEMI JOIN lost ON lost.platform = observations.platform
    WHERE gone IS NULL
    GROUP BY platform, post_id
    HAVING count(*) > 1
),

moved AS (
    SELECT lost.week, lost.platform, count(*) AS posts
    FROM lost
    JOIN days ON days.week = lost.week
    JOIN core.posts AS posts
        ON posts.platform = lost.platform
        AND posts.week <> lost.week
        AND posts.day BETWEEN days.first_day - 1 AND days.last_day + 1
    JOIN often ON often.platform = posts.platform AND often.post_id = posts.post_id
    GROUP BY lost.week, lost.platform
)

SELECT lost.week, lost.platform, lost.stated, lost.known, lost.explained
FROM lost
LEFT JOIN moved ON moved.week = lost.week AND moved.platform = lost.platform
WHERE lost.stated > lost.known + lost.explained + coalesce(moved.posts, 0)
ORDER BY lost.week, lost.platform
