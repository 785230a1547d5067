-- The evidence of every incident, week by week: what was seen in one bucket of a matter that people follow (method,
-- section 9). Four sources: a signal; a count flag; a copy cluster, near-identical text posted by at least 10 accounts
-- within 72 hours; a confirmed case, a class that two coders agreed on. The same change on several platforms is one row,
-- of all platforms where these were judged together. Signals, flags and cases of one subject and direction are one
-- incident, as the same copied text is, while they come back within two weeks. flows/trends/incidents.py numbers them in
-- the order in which they became known, a bucket with its release and a case with its second coder, so that a number once
-- given stays, and says how they stand. Posts are those of the first reading (core.readings); a removed account counts by
-- its post.
--
-- stage   how far the review of its posts has come, as now known: detected, reviewed, indicated, referred, decided; none
--         for what no review is about
-- status  open; explained: a known event (seeds.events) of the same days and topic is beside it; false_detection: all
--         reviewed posts, at least five, are no indication, or one word in a harmless sense (seeds.harmless_words)
--         drives it, or the word that drove an earlier false detection of the subject
-- situation  whether it is told: five distinct texts or more, and no false detection
--
-- Kind: computed
-- Grain: incident, week, phase
-- Columns: incident, week, phase, kind, family, subject, platform, direction, first_day, first_seen, last_seen, opened,
--   posts, online, texts, accounts, platforms, views, district, observed, expected, q, is_weak, driving_words,
--   word_share, event_day, event_id, event_en, stage, status, situation

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'copy_accounts') AS copy_accounts,
        CAST(max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'copy_hours') AS BIGINT) AS copy_hours,
        CAST(max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'event_days') AS INTEGER) AS event_days,
        CAST(max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'driving_words') AS BIGINT) AS driving_words,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'driving_posts') AS driving_posts,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_authors') AS term_authors,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'coders_agree') AS coders_agree
    FROM seeds.method
),

buckets AS (
    SELECT first_day AS bucket, last_day, week, phase FROM core.buckets WHERE platform = 'all'
),

read AS NOT MATERIALIZED (
    SELECT
        bucket,
        platform,
        post_id,
        coalesce(author_key, if(state = 'live', NULL, post_id)) AS account,
        created_at,
        day,
        unit_key,
        sentiment,
        topics,
        indications,
        districts,
        first_views,
        state,
        text
    FROM base.read_posts
    WHERE is_read
),

-- Sources --------------------------------------------------------------------------------------------------------------

changes AS (
    SELECT
        'signal' AS kind, first_day AS bucket, family, subject, direction, platform, observed, expected, q,
        false AS is_weak
    FROM trends.signals
    WHERE signal
    UNION ALL
    SELECT 'count_flag', flags.first_day, families.family, indication, 'up', platform, observed, expected, q, is_weak
    FROM trends.count_flags AS flags
    JOIN seeds.families AS families ON families.subjects = 'indications'
    WHERE flag
),

changed AS (
    SELECT * EXCLUDE (platform), platform, concat_ws(' ', family, subject, direction) AS thread, NULL AS copied
    FROM changes
    QUALIFY row_number() OVER (
        PARTITION BY bucket, family, subject, direction ORDER BY platform <> 'all', q, platform
    ) = 1
),

copies AS (
    SELECT
        read.unit_key,
        read.bucket,
        read.account,
        read.created_at,
        method.copy_accounts,
        to_hours(method.copy_hours) AS span
    FROM read
    SEMI JOIN (
        SELECT unit_key FROM base.repeated_texts WHERE posts >= (SELECT copy_accounts FROM method)
    ) AS often ON read.unit_key = often.unit_key
    CROSS JOIN method
),

-- A copy is of a cluster where so many accounts posted the text within the hours that begin with it or a copy before it.
clustered AS (
    SELECT DISTINCT unit_key, bucket
    FROM (
        SELECT
            *,
            max(created_at) FILTER (WHERE accounts >= copy_accounts)
                OVER (PARTITION BY unit_key ORDER BY created_at) AS since
        FROM (
            SELECT
                *,
                count(DISTINCT account) OVER (
                    PARTITION BY unit_key ORDER BY created_at RANGE BETWEEN CURRENT ROW AND span FOLLOWING
                ) AS accounts
            FROM copies
        )
    )
    WHERE created_at <= since + span
),

-- When a second person had looked at a post.
agreed AS (
    SELECT
        reviews.platform,
        reviews.post_id,
        CAST(timezone(any_value(zone.value), list_sort(list(reviews.landed_at))[
            CAST(any_value(method.coders_agree) AS BIGINT)
        ]) AS DATE) AS known_day
    FROM core.reviews AS reviews
    CROSS JOIN method
    JOIN seeds.election AS zone ON zone.key = 'timezone'
    WHERE reviews.stage IN ('reviewed', 'adjudicated')
    GROUP BY reviews.platform, reviews.post_id
),

confirmed AS (
    SELECT calendar.bucket, items.code, items.platform, items.post_id, agreed.known_day
    FROM core.review_items AS items
    JOIN core.posts AS posts ON items.platform = posts.platform AND items.post_id = posts.post_id
    JOIN core.calendar AS calendar ON posts.day = calendar.day
    JOIN agreed ON items.platform = agreed.platform AND items.post_id = agreed.post_id
    CROSS JOIN method
    WHERE items.code <> 'none' AND items.coders >= method.coders_agree
),

candidates AS (
    SELECT *, row_number() OVER (ORDER BY bucket, thread, copied) AS number
    FROM (
        FROM changed
        UNION ALL BY NAME
        SELECT
            'copies' AS kind, bucket, 'copies' AS family, 'copies' AS subject, 'up' AS direction, 'all' AS platform,
            concat('copies ', unit_key) AS thread, unit_key AS copied, false AS is_weak
        FROM clustered
        UNION ALL BY NAME
        SELECT
            'case' AS kind, confirmed.bucket, families.family, confirmed.code AS subject, 'up' AS direction,
            'all' AS platform, concat_ws(' ', families.family, confirmed.code, 'up') AS thread, false AS is_weak,
            min(confirmed.known_day) AS known_day
        FROM confirmed
        JOIN seeds.families AS families ON families.subjects = 'indications'
        ANTI JOIN changed ON confirmed.bucket = changed.bucket
            AND concat_ws(' ', families.family, confirmed.code, 'up') = changed.thread
        GROUP BY confirmed.bucket, families.family, confirmed.code
    )
),

-- Posts of each ---------------------------------------------------------------------------------------------------------

-- A post is looked for by its day, which the scan of the posts can tell before it reads their text.
near AS NOT MATERIALIZED (
    SELECT read.*
    FROM read
    SEMI JOIN (
        SELECT calendar.day
        FROM core.calendar AS calendar
        SEMI JOIN candidates ON calendar.bucket = candidates.bucket
    ) AS days ON read.day = days.day
),

-- Copies are joined by their text: there are as many clusters in a bucket as there are campaigns.
behind AS (
    SELECT candidates.number, candidates.family, candidates.subject, candidates.thread, near.*
    FROM candidates
    JOIN near ON candidates.bucket = near.bucket AND candidates.copied = near.unit_key
    WHERE candidates.kind = 'copies'
    UNION ALL
    SELECT candidates.number, candidates.family, candidates.subject, candidates.thread, near.*
    FROM candidates
    JOIN near ON candidates.bucket = near.bucket AND candidates.platform IN ('all', near.platform)
    LEFT JOIN confirmed
        ON candidates.kind = 'case'
        AND candidates.bucket = confirmed.bucket
        AND candidates.subject = confirmed.code
        AND near.platform = confirmed.platform
        AND near.post_id = confirmed.post_id
    WHERE candidates.kind <> 'copies'
        AND CASE
            WHEN candidates.kind = 'case' THEN confirmed.post_id IS NOT NULL
            WHEN candidates.family = 'indications' THEN list_contains(near.indications, candidates.subject)
            WHEN candidates.family = 'topics' THEN list_contains(near.topics, candidates.subject)
            WHEN candidates.family = 'districts' THEN list_contains(near.districts, candidates.subject)
            WHEN candidates.family = 'sentiment' THEN near.sentiment = candidates.subject
            ELSE candidates.family = 'volumes'
        END
),

named AS (
    SELECT number, district
    FROM (SELECT number, unnest(districts) AS district FROM behind)
    GROUP BY number, district
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY count(*) DESC, district) = 1
),

sizes AS (
    SELECT
        behind.number,
        min(behind.day) AS first_seen,
        max(behind.day) AS last_seen,
        count(*) AS posts,
        count(*) FILTER (WHERE behind.state = 'live') AS online,
        count(DISTINCT coalesce(behind.unit_key, hash(behind.platform, behind.post_id))) AS texts,
        count(DISTINCT behind.account) AS accounts,
        list(DISTINCT behind.platform ORDER BY behind.platform) AS platforms,
        CAST(sum(behind.first_views) AS BIGINT) AS views,
        max(list_position(['detected', 'reviewed', 'indicated', 'referred', 'decided'], items.stage))
            FILTER (WHERE behind.family IN ('indications')) AS step,
        count(*) FILTER (WHERE items.code IS NOT NULL) AS coded,
        count(*) FILTER (WHERE items.code = 'none') AS dismissed
    FROM behind
    LEFT JOIN core.review_items AS items
        ON behind.family = 'indications' AND behind.platform = items.platform AND behind.post_id = items.post_id
    GROUP BY behind.number
),

-- Words that drive it ---------------------------------------------------------------------------------------------------

people AS (
    SELECT list(term) FILTER (WHERE kind = 'title') AS titles FROM seeds.person_names
),

spoken AS (
    SELECT
        behind.number,
        regexp_extract_all(
            regexp_replace(lower(min(behind.text)), 'https?://\S+|[@#]\S+|\[[a-z ]+\]', ' ', 'g'), '[a-z][a-z-]{2,30}'
        ) AS words
    FROM behind
    JOIN sizes ON behind.number = sizes.number
    CROSS JOIN method
    WHERE behind.family NOT IN ('volumes', 'sentiment')
        AND behind.text IS NOT NULL
        AND hash(behind.post_id) % CAST(ceil(sizes.posts / method.driving_posts) AS UBIGINT) = 0
    GROUP BY behind.number, coalesce(behind.unit_key, hash(behind.platform, behind.post_id))
),

-- Of evidence of more than 2,000 posts an even sample is read. As with emerging terms nobody is named: no word of few, no
-- name, nothing that is written after a title.
words AS (
    SELECT used.number, used.term, count(*) AS texts, any_value(used.all_texts) AS all_texts
    FROM (
        SELECT
            number,
            count(*) OVER (PARTITION BY number) AS all_texts,
            unnest(list_distinct(list_filter(
                words,
                lambda word, place: place = 1 OR NOT list_contains(people.titles, words[place - 1])
            ))) AS term
        FROM spoken
        CROSS JOIN people
    ) AS used
    JOIN sizes ON used.number = sizes.number
    CROSS JOIN method
    ANTI JOIN core.hidden_terms AS hidden ON used.term = hidden.term
    WHERE sizes.accounts >= method.term_authors
    GROUP BY used.number, used.term
    HAVING count(*) >= any_value(method.term_authors) OR any_value(used.all_texts) = 1
),

-- How common a word is otherwise: an even sample of the posts of the same days.
looked AS (
    SELECT near.bucket, near.platform, near.post_id, near.text
    FROM near
    JOIN (
        SELECT bucket, CAST(ceil(count(*) / (SELECT driving_posts FROM method)) AS UBIGINT) AS one_in
        FROM near
        GROUP BY bucket
    ) AS days ON near.bucket = days.bucket
    WHERE near.text IS NOT NULL AND hash(near.post_id) % days.one_in = 0
),

elsewhere AS (
    SELECT bucket, term, count(*) AS texts, any_value(all_texts) AS all_texts
    FROM (
        SELECT
            bucket,
            count(*) OVER (PARTITION BY bucket) AS all_texts,
            unnest(list_distinct(regexp_extract_all(lower(text), '[a-z][a-z-]{2,30}'))) AS term
        FROM looked
    )
    GROUP BY bucket, term
),

driving AS (
    SELECT
        words.number,
        words.term,
        words.texts / words.all_texts AS share,
        row_number() OVER (
            PARTITION BY words.number
            ORDER BY
                words.texts / words.all_texts - coalesce(elsewhere.texts / elsewhere.all_texts, 0) DESC, words.term
        ) AS place
    FROM words
    JOIN candidates ON words.number = candidates.number
    LEFT JOIN elsewhere ON candidates.bucket = elsewhere.bucket AND words.term = elsewhere.term
),

driven AS (
    SELECT
        driving.number,
        list(driving.term ORDER BY driving.place) FILTER (WHERE driving.place <= method.driving_words) AS driving_words,
        max(driving.share) FILTER (WHERE driving.place = 1) AS word_share
    FROM driving
    CROSS JOIN method
    GROUP BY driving.number
),

harmless AS (
    SELECT words.number, max(words.texts / words.all_texts) AS harmless_share
    FROM words
    JOIN candidates ON words.number = candidates.number
    JOIN seeds.harmless_words AS known ON words.term = known.word AND candidates.subject = known.indication
    GROUP BY words.number
),

-- What is known to have been on ---------------------------------------------------------------------------------------------

known AS (
    SELECT
        candidates.number,
        min(CAST(events.day AS DATE)) AS event_day,
        arg_min(events.name_id, CAST(events.day AS DATE)) AS event_id,
        arg_min(events.name_en, CAST(events.day AS DATE)) AS event_en
    FROM candidates
    JOIN buckets ON candidates.bucket = buckets.bucket
    CROSS JOIN method
    JOIN seeds.events AS events
        ON list_contains(string_split(events.topics, ' '), candidates.subject)
        AND CAST(events.day AS DATE)
            BETWEEN buckets.bucket - method.event_days AND buckets.last_day + method.event_days
    WHERE candidates.family = 'topics' AND candidates.direction = 'up'
    GROUP BY candidates.number
)

SELECT
    candidates.thread,
    coalesce(candidates.known_day, CAST(date_trunc('week', candidates.bucket) + INTERVAL 7 DAY AS DATE)) AS known_day,
    buckets.week,
    buckets.phase,
    candidates.kind,
    candidates.family,
    candidates.subject,
    candidates.platform,
    candidates.direction,
    candidates.bucket AS first_day,
    sizes.first_seen,
    sizes.last_seen,
    sizes.posts,
    sizes.online,
    sizes.texts,
    sizes.accounts,
    sizes.platforms,
    sizes.views,
    named.district,
    coalesce(candidates.observed, sizes.posts) AS observed,
    candidates.expected,
    candidates.q,
    candidates.is_weak,
    driven.driving_words,
    round(driven.word_share, 6) AS word_share,
    harmless.harmless_share,
    known.event_day,
    known.event_id,
    known.event_en,
    CASE
        WHEN candidates.family = 'indications'
            THEN list_extract(['detected', 'reviewed', 'indicated', 'referred', 'decided'], coalesce(sizes.step, 1))
    END AS stage,
    sizes.coded,
    sizes.dismissed
FROM candidates
JOIN buckets ON candidates.bucket = buckets.bucket
JOIN sizes ON candidates.number = sizes.number
LEFT JOIN named ON candidates.number = named.number
LEFT JOIN driven ON candidates.number = driven.number
LEFT JOIN harmless ON candidates.number = harmless.number
LEFT JOIN known ON candidates.number = known.number
