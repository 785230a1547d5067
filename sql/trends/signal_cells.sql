-- What the signals are found in: every count that is compared from bucket to bucket, as first read (core.readings).
-- A unit is a post, or all posts of the bucket that are copies of each other: a text of five words or more counts once
-- however many accounts repeat it, a shorter one once an author (method, section 1). `posts` are the same posts without
-- that rule. Families and what they are a share or rate of:
--
-- indications  units with the indication, of the labelled posts
-- sentiment    units that are negative or positive, of the units with a sentiment
-- topics       units of the topic, of all units
-- districts    units that name the kecamatan, of all units
-- volumes      all units of a source on a day, of the share of its planned collections that succeeded
--
-- Grain: bucket, platform, family, subject, day?
-- Columns: bucket, week, phase, days, platform, reason, series, family, subject, is_measured, only_in_phase, day,
--   observed, posts, exposure

-- What makes the first reading differ from the posts as now known: late posts leave, posts removed since come back, and
-- every copy but the first of its unit counts as a post only. All three are few.
WITH differences AS (
    SELECT
        bucket,
        platform,
        first_source AS source,
        day,
        sentiment,
        topics,
        indications,
        districts,
        if(is_read, 1, -1) AS posts,
        if(is_read, 1, -1) AS units
    FROM base.read_posts
    WHERE is_read <> (state = 'live')
    UNION ALL
    SELECT bucket, platform, first_source, day, sentiment, topics, indications, districts, 0, -1
    FROM (
        SELECT posts.*
        FROM base.read_posts AS posts
        SEMI JOIN base.repeated_texts AS repeated ON posts.unit_key = repeated.unit_key
        WHERE posts.is_read
        QUALIFY row_number() OVER (
            PARTITION BY posts.bucket, posts.platform, posts.unit_key ORDER BY posts.created_at, posts.post_id
        ) > 1
    )
),

changes AS (
    SELECT
        'indications' AS family,
        subject AS subject,
        bucket,
        platform,
        CAST(NULL AS DATE) AS day,
        sum(units) AS observed,
        sum(posts) AS posts
    FROM (SELECT *, unnest(indications) AS subject FROM differences)
    GROUP BY subject, bucket, platform
    UNION ALL
    SELECT 'sentiment', sentiment, bucket, platform, NULL, sum(units), sum(posts)
    FROM differences
    WHERE sentiment IS NOT NULL
    GROUP BY sentiment, bucket, platform
    UNION ALL
    SELECT 'topics', subject, bucket, platform, NULL, sum(units), sum(posts)
    FROM (SELECT *, unnest(topics) AS subject FROM differences)
    GROUP BY subject, bucket, platform
    UNION ALL
    SELECT 'districts', subject, bucket, platform, NULL, sum(units), sum(posts)
    FROM (SELECT *, unnest(districts) AS subject FROM differences)
    GROUP BY subject, bucket, platform
    UNION ALL
    SELECT 'volumes', source, bucket, platform, day, sum(units), sum(posts)
    FROM differences
    GROUP BY source, bucket, platform, day
),

measures AS (
    SELECT measures.*, buckets.first_day AS bucket
    FROM trends.weekly_measures AS measures
    JOIN core.buckets AS buckets
        ON measures.week = buckets.week AND measures.phase = buckets.phase AND measures.platform = buckets.platform
    WHERE measures.platform <> 'all'
),

now_known AS (
    SELECT
        dimension || 's' AS family,
        subject,
        bucket,
        platform,
        CAST(NULL AS DATE) AS day,
        posts
    FROM measures
    WHERE dimension <> 'platform'
    UNION ALL
    SELECT
        'sentiment',
        unnest(['negative', 'neutral', 'positive']),
        bucket,
        platform,
        NULL,
        unnest([negative, neutral, positive])
    FROM measures
    WHERE dimension = 'platform'
    UNION ALL
    SELECT 'volumes', daily.source, calendar.bucket, daily.platform, daily.day, daily.posts
    FROM (
        SELECT platform, first_source AS source, day, count(*) AS posts
        FROM base.posts
        WHERE state = 'live'
        GROUP BY platform, first_source, day
    ) AS daily
    JOIN core.calendar AS calendar ON daily.day = calendar.day
),

counted AS (
    SELECT family, subject, bucket, platform, day, sum(observed) AS observed, sum(posts) AS posts
    FROM (
        SELECT family, subject, bucket, platform, day, observed, posts FROM changes
        UNION ALL
        SELECT family, subject, bucket, platform, day, posts, posts FROM now_known
    )
    GROUP BY family, subject, bucket, platform, day
),

-- Of the whole bucket: all units, units with a sentiment, labelled posts.
whole AS (
    SELECT
        bucket,
        platform,
        sum(observed) FILTER (WHERE family = 'volumes') AS units,
        sum(observed) FILTER (WHERE family = 'sentiment') AS labelled_units,
        sum(posts) FILTER (WHERE family = 'sentiment') AS labelled
    FROM counted
    GROUP BY bucket, platform
),

buckets AS (
    SELECT
        first_day AS bucket,
        last_day,
        week,
        phase,
        days,
        platform,
        status,
        reason,
        concat_ws(' ', keyword_version, label_version) AS series
    FROM core.buckets
    WHERE platform <> 'all'
),

codes AS (
    SELECT 'indications' AS subjects, code AS subject, CAST(is_measured AS BOOLEAN) AS is_measured, only_in_phase
    FROM seeds.indications
    UNION ALL
    SELECT 'topics', code, true, NULL FROM seeds.topics
    UNION ALL
    SELECT 'places', code, true, NULL FROM seeds.places WHERE kind = 'district'
),

subjects AS (
    SELECT families.family, families.exposure, codes.subject, codes.is_measured, codes.only_in_phase
    FROM seeds.families AS families
    JOIN codes ON families.subjects = codes.subjects
    UNION ALL
    SELECT family, exposure, unnest(string_split(named_subjects, ' ')), true, NULL
    FROM seeds.families
    WHERE subjects IS NULL AND exposure <> 'collected'
),

spine AS (
    SELECT
        buckets.*,
        subjects.family,
        subjects.subject,
        subjects.is_measured,
        subjects.only_in_phase,
        CAST(NULL AS DATE) AS day,
        CASE subjects.exposure
            WHEN 'labelled' THEN whole.labelled
            WHEN 'labelled_units' THEN whole.labelled_units
            WHEN 'units' THEN whole.units
        END AS exposure
    FROM buckets
    CROSS JOIN subjects
    LEFT JOIN whole ON buckets.bucket = whole.bucket AND buckets.platform = whole.platform
    UNION ALL
    SELECT
        buckets.*,
        'volumes' AS family,
        coverage.source AS subject,
        true AS is_measured,
        NULL AS only_in_phase,
        coverage.day,
        least(coverage.succeeded / nullif(coverage.planned, 0), 1) AS exposure
    FROM buckets
    JOIN core.coverage AS coverage
        ON buckets.platform = coverage.platform AND coverage.day BETWEEN buckets.bucket AND buckets.last_day
)

SELECT
    spine.bucket,
    spine.week,
    spine.phase,
    spine.days,
    spine.platform,
    spine.reason,
    spine.series,
    spine.family,
    spine.subject,
    spine.is_measured,
    spine.only_in_phase,
    spine.day,
    if(spine.status = 'not_collected', NULL, CAST(coalesce(counted.observed, 0) AS BIGINT)) AS observed,
    if(spine.status = 'not_collected', NULL, CAST(coalesce(counted.posts, 0) AS BIGINT)) AS posts,
    if(spine.status = 'not_collected', NULL, coalesce(CAST(spine.exposure AS DOUBLE), 0)) AS exposure
FROM spine
LEFT JOIN counted
    ON spine.bucket = counted.bucket
    AND spine.platform = counted.platform
    AND spine.family = counted.family
    AND spine.subject = counted.subject
    AND spine.day IS NOT DISTINCT FROM counted.day
ORDER BY spine.bucket, spine.platform, spine.family, spine.subject, spine.day
