-- Every restated value: what was first reported, what was said last, what is known now, and why it changed. From the
-- ledger of publications, so that it can be rebuilt and never forgets. Intervals change with their values and are not
-- listed.
--
-- reason  late: posts landed since; removed: posts are gone; both, as "late, removed"; backfilled: the collection log of
--         the bucket changed, so days were collected later; relabelled: other labels, of all posts (a new version, which
--         is a series break) or of posts whose text was edited
--
-- Grain: publication, week, phase, platform, table_name, key, metric
-- Columns: publication, sequence, week, phase, platform, table_name, key, metric, first_reported, previous,
--   now_known, reason, corrected_at

WITH stated AS (
    SELECT
        *,
        row_number() OVER turns AS turn,
        first_value(value) OVER turns AS first_reported,
        lag(value) OVER turns AS previous,
        lag(label_version) OVER turns AS previous_version,
        lag(loaded_until) OVER turns AS known_until
    FROM base.publications
    WHERE metric IN (
        'posts', 'labelled', 'authors', 'negative', 'neutral', 'positive', 'net_sentiment', 'detected', 'per_1000',
        'share', 'exposure', 'removed', 'planned', 'succeeded', 'observed_days', 'coverage'
    )
    WINDOW turns AS (PARTITION BY week, phase, platform, table_name, key, metric ORDER BY sequence)
),

-- What a share or rate is of belongs to the whole bucket: its changes are explained by any of the bucket's posts.
changed AS (
    SELECT
        *,
        if(metric IN ('share', 'exposure', 'per_1000'), 'trends.weekly_platform', table_name) AS moved_table,
        if(metric IN ('share', 'exposure', 'per_1000'), '', key) AS moved_key
    FROM stated
    WHERE turn > 1 AND value IS DISTINCT FROM previous
),

collections AS (
    SELECT DISTINCT publication, week, phase, platform
    FROM changed
    WHERE metric IN ('planned', 'succeeded', 'observed_days')
),

-- Posts that landed or went after the first publication of their week; few, whatever the size of the warehouse.
first_said AS (
    SELECT week, min(loaded_until) AS known_until FROM base.publications GROUP BY week
),

moves AS (
    SELECT
        posts.week,
        posts.phase,
        posts.platform,
        posts.topics,
        posts.indications,
        if(len(posts.districts) = 0, ['unknown'], posts.districts) AS districts,
        posts.first_landed_at,
        posts.gone_landed_at
    FROM core.posts AS posts
    JOIN first_said ON posts.week = first_said.week
    WHERE posts.first_landed_at > first_said.known_until OR posts.gone_landed_at > first_said.known_until
),

keyed AS (
    SELECT 'trends.weekly_platform' AS table_name, '' AS key, week, phase, platform, first_landed_at, gone_landed_at
    FROM moves
    UNION ALL
    SELECT 'trends.weekly_topic', unnest(topics), week, phase, platform, first_landed_at, gone_landed_at FROM moves
    UNION ALL
    SELECT 'trends.weekly_indication', unnest(indications), week, phase, platform, first_landed_at, gone_landed_at
    FROM moves
    UNION ALL
    SELECT 'trends.weekly_district', unnest(districts), week, phase, platform, first_landed_at, gone_landed_at
    FROM moves
),

landings AS (
    SELECT table_name, key, week, phase, platform, first_landed_at AS moment, count(*) AS late, 0 AS removed
    FROM keyed
    GROUP BY table_name, key, week, phase, platform, first_landed_at
    UNION ALL
    SELECT table_name, key, week, phase, platform, gone_landed_at, 0, count(*)
    FROM keyed
    WHERE gone_landed_at IS NOT NULL
    GROUP BY table_name, key, week, phase, platform, gone_landed_at
),

everywhere AS (
    SELECT * FROM landings
    UNION ALL
    SELECT * REPLACE ('all' AS platform) FROM landings
),

explained AS (
    SELECT
        changed.publication,
        changed.week,
        changed.phase,
        changed.platform,
        changed.table_name,
        changed.key,
        changed.metric,
        sum(moves.late) AS late,
        sum(moves.removed) AS removed
    FROM changed
    JOIN everywhere AS moves
        ON changed.week = moves.week
        AND changed.phase = moves.phase
        AND changed.platform = moves.platform
        AND changed.moved_table = moves.table_name
        AND changed.moved_key = moves.key
        AND moves.moment > changed.known_until
        AND moves.moment <= changed.loaded_until
    GROUP BY
        changed.publication, changed.week, changed.phase, changed.platform, changed.table_name, changed.key,
        changed.metric
)

SELECT
    changed.publication,
    changed.sequence,
    changed.week,
    changed.phase,
    changed.platform,
    changed.table_name,
    changed.key,
    changed.metric,
    changed.first_reported,
    changed.previous,
    changed.value AS now_known,
    CASE
        WHEN changed.label_version <> changed.previous_version THEN 'relabelled'
        WHEN collections.publication IS NOT NULL THEN 'backfilled'
        WHEN explained.late > 0 AND explained.removed > 0 THEN 'late, removed'
        WHEN explained.late > 0 THEN 'late'
        WHEN explained.removed > 0 THEN 'removed'
        ELSE 'relabelled'
    END AS reason,
    changed.as_of AS corrected_at
FROM changed
LEFT JOIN explained
    ON changed.publication = explained.publication
    AND changed.week = explained.week
    AND changed.phase = explained.phase
    AND changed.platform = explained.platform
    AND changed.table_name = explained.table_name
    AND changed.key = explained.key
    AND changed.metric = explained.metric
LEFT JOIN collections
    ON changed.publication = collections.publication
    AND changed.week = collections.week
    AND changed.phase = collections.phase
    AND changed.platform = collections.platform
ORDER BY changed.sequence, changed.week, changed.phase, changed.platform, changed.table_name, changed.key, changed.metric
