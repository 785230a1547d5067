-- Every restated value: what was first reported, what was said last, what is known now, and why it changed. From the
-- ledger of publications, so that it can be rebuilt and never forgets. Intervals change with their values and are not
-- listed.
--
-- A cause is what the ledger and the landing show to have come between the two statements, never a guess. Reason, one
-- or several of:
-- late         files brought posts of the cell, from days that were collected
-- backfilled   the collection log of the bucket changed: its days were collected later, with the posts of them
-- removed      files said that posts of the cell are gone
-- edited       files brought another text of posts of the cell, or where nothing else explains it of the bucket
-- observed     none of the others, but files showed posts of the bucket again: an author became known
-- relabelled   the posts were labelled by another version, which is a series break
-- reseeded     none of these, but seeds changed (`seeds_changed`)
-- recoded      none of these, but the version of ronda did (`code_changed`)
-- unexplained  nothing on record explains it
-- `files` counts the files behind the posts, `first_file` names the earliest. Which run stated a publication is in
-- core.publications; it is left out here because two homes with the same numbers have other runs.
--
-- Grain: publication, week, phase, platform, table_name, key, metric
-- Columns: publication, sequence, week, phase, platform, table_name, key, metric, first_reported, previous,
--   now_known, reason, corrected_at, given_reason, files, first_file, labels_changed, seeds_changed, code_changed

WITH stated AS (
    SELECT
        *,
        row_number() OVER turns AS turn,
        first_value(value) OVER turns AS first_reported,
        lag(value) OVER turns AS previous,
        lag(label_version) OVER turns AS previous_version,
        lag(sequence) OVER turns AS previous_sequence
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
        metric IN ('planned', 'succeeded', 'observed_days', 'coverage') AS of_collection,
        CASE
            WHEN of_collection THEN ''
            WHEN metric IN ('share', 'exposure', 'per_1000') THEN 'trends.weekly_platform'
            ELSE table_name
        END AS moved_table,
        if(of_collection OR metric IN ('share', 'exposure', 'per_1000'), '', key) AS moved_key,
        table_name <> 'trends.weekly_platform' OR metric NOT IN (
            'posts', 'authors', 'removed', 'exposure', 'planned', 'succeeded', 'observed_days', 'coverage') AS of_labels
    FROM stated
    WHERE turn > 1 AND value IS DISTINCT FROM previous
),

-- The publication that first knew each file: the one that lists it, or of an earlier version the first that knew all
-- that had landed by then.
known AS (
    SELECT
        loads.file_id,
        loads.kind,
        loads.file,
        loads.landed_at,
        min(files.sequence) AS sequence,
        {
            'sequence': min(files.sequence), 'landed_at': loads.landed_at, 'file': loads.file,
            'file_id': loads.file_id
        } AS shown
    FROM base.loads AS loads
    JOIN (
        SELECT listed.file_id, conditions.sequence
        FROM base.conditions AS conditions, unnest(conditions.files) AS listed(file_id)
        UNION ALL
        SELECT left(loads.file_id, 32), conditions.sequence
        FROM base.conditions AS conditions
        JOIN base.loads AS loads ON loads.landed_at <= conditions.loaded_until
        WHERE conditions.files IS NULL
    ) AS files ON left(loads.file_id, 32) = files.file_id
    GROUP BY loads.file_id, loads.kind, loads.file, loads.landed_at
),

-- Files that a publication did not know although they had landed: set aside, or of a platform that was not loaded.
waited AS (
    SELECT DISTINCT known.landed_at
    FROM known
    JOIN base.conditions AS conditions
        ON known.landed_at <= conditions.loaded_until AND conditions.sequence < known.sequence
),

-- Posts that came, went or were edited after the first publication of their week; few, whatever the size of the
-- warehouse.
first_said AS (
    SELECT week, min(sequence) AS sequence, min(loaded_until) AS known_until FROM base.publications GROUP BY week
),

moved AS (
    SELECT
        posts.platform,
        posts.post_id,
        posts.week,
        posts.phase,
        posts.topics,
        posts.indications,
        if(len(posts.districts) = 0, ['unknown'], posts.districts) AS districts,
        posts.edits,
        posts.gone_landed_at,
        first_said.sequence AS first_sequence
    FROM core.posts AS posts
    JOIN first_said ON posts.week = first_said.week
    WHERE posts.first_landed_at > first_said.known_until
       OR posts.gone_landed_at > first_said.known_until
       OR posts.edits > 0
       OR posts.first_landed_at IN (SELECT landed_at FROM waited)
       OR posts.gone_landed_at IN (SELECT landed_at FROM waited)
),

-- The files that showed them first, first said that they are gone, and first brought the text they have.
seen AS (
    SELECT
        moved.platform,
        moved.post_id,
        min(known.shown)
            FILTER (observations.gone IS NULL) AS first_file,
        min(known.shown)
            FILTER (observations.gone IS NOT NULL AND moved.gone_landed_at IS NOT NULL) AS gone_file,
        min(known.shown)
            FILTER (moved.edits > 0 AND observations.text_hash = posts.text_hash) AS text_file
    FROM moved
    JOIN base.posts AS posts ON moved.platform = posts.platform AND moved.post_id = posts.post_id
    JOIN base.observations AS observations
        ON moved.platform = observations.platform AND moved.post_id = observations.post_id
    JOIN known ON observations.file_id = known.file_id
    GROUP BY moved.platform, moved.post_id
),

moves AS (
    SELECT moved.*, 'late' AS cause, seen.first_file AS shown
    FROM moved
    JOIN seen ON moved.platform = seen.platform AND moved.post_id = seen.post_id
    WHERE seen.first_file.sequence > moved.first_sequence
    UNION ALL
    SELECT moved.*, 'removed', seen.gone_file
    FROM moved
    JOIN seen ON moved.platform = seen.platform AND moved.post_id = seen.post_id
    WHERE seen.gone_file.sequence > moved.first_sequence
    UNION ALL
    SELECT moved.*, 'edited', seen.text_file
    FROM moved
    JOIN seen ON moved.platform = seen.platform AND moved.post_id = seen.post_id
    WHERE seen.text_file.sequence > greatest(moved.first_sequence, seen.first_file.sequence)
    UNION ALL
    -- Of a post that is gone nothing says with which of its records the text had changed.
    SELECT moved.*, 'forgotten', known.shown
    FROM moved
    JOIN seen ON moved.platform = seen.platform AND moved.post_id = seen.post_id
    JOIN base.observations AS observations
        ON moved.platform = observations.platform AND moved.post_id = observations.post_id
    JOIN known ON observations.file_id = known.file_id
    WHERE moved.edits > 0
      AND moved.gone_landed_at IS NOT NULL
      AND observations.gone IS NULL
      AND known.sequence > greatest(moved.first_sequence, seen.first_file.sequence)
),

-- A post touches the cells it is in; where the text it had before was counted, nobody knows any more: it may have left
-- any cell of its bucket.
keyed AS (
    SELECT 'trends.weekly_platform' AS table_name, '' AS key, week, phase, platform, cause, shown
    FROM moves
    WHERE cause <> 'forgotten'
    UNION ALL
    SELECT 'trends.weekly_topic', unnest(topics), week, phase, platform, cause, shown
    FROM moves
    WHERE cause <> 'forgotten'
    UNION ALL
    SELECT 'trends.weekly_indication', unnest(indications), week, phase, platform, cause, shown
    FROM moves
    WHERE cause <> 'forgotten'
    UNION ALL
    SELECT 'trends.weekly_district', unnest(districts), week, phase, platform, cause, shown
    FROM moves
    WHERE cause <> 'forgotten'
    UNION ALL
    SELECT changed.table_name, changed.key, moves.week, moves.phase, moves.platform, 'left', moves.shown
    FROM moves
    JOIN (
        SELECT DISTINCT week, phase, moved_table AS table_name, moved_key AS key FROM changed WHERE NOT of_collection
    ) AS changed
        ON moves.week = changed.week AND moves.phase = changed.phase
    WHERE moves.cause IN ('edited', 'forgotten')
),

-- Days of which a collection log says something else than before.
logged AS (
    SELECT DISTINCT calendar.week, calendar.phase, collection.platform, known.sequence, known.landed_at, known.file,
        known.file_id
    FROM base.collection AS collection
    JOIN core.calendar AS calendar ON collection.day = calendar.day
    JOIN known ON collection.landed_at = known.landed_at AND known.kind = 'collection'
),

landings AS (
    SELECT DISTINCT
        table_name, key, week, phase, platform, cause, shown.sequence AS sequence, shown.landed_at AS landed_at,
        shown.file AS file, shown.file_id AS file_id
    FROM keyed
    UNION ALL
    SELECT '', '', week, phase, platform, 'logged', sequence, landed_at, file, file_id FROM logged
),

everywhere AS (
    SELECT * FROM landings
    UNION ALL
    SELECT * REPLACE ('all' AS platform) FROM landings
),

collected AS (
    SELECT DISTINCT publication, week, phase, platform
    FROM changed
    WHERE metric IN ('planned', 'succeeded', 'observed_days')
),

-- Many numbers changed for the same reasons: each set of them is looked up once.
explained AS (
    SELECT
        turns.week,
        turns.phase,
        turns.platform,
        turns.moved_table,
        turns.moved_key,
        turns.of_labels,
        turns.previous_sequence,
        turns.sequence,
        list(DISTINCT landings.cause) AS causes,
        count(DISTINCT landings.file_id) AS files,
        min({'landed_at': landings.landed_at, 'file': landings.file}).file AS first_file
    FROM (
        SELECT DISTINCT week, phase, platform, moved_table, moved_key, of_labels, previous_sequence, sequence
        FROM changed
    ) AS turns
    JOIN everywhere AS landings
        ON turns.week = landings.week
        AND turns.phase = landings.phase
        AND turns.platform = landings.platform
        AND turns.moved_table = landings.table_name
        AND turns.moved_key = landings.key
        AND landings.sequence > turns.previous_sequence
        AND landings.sequence <= turns.sequence
    WHERE landings.cause NOT IN ('edited', 'left') OR turns.of_labels
    GROUP BY
        turns.week, turns.phase, turns.platform, turns.moved_table, turns.moved_key, turns.of_labels,
        turns.previous_sequence, turns.sequence
),

-- What two publications of a week were made with; of each two once, for they have thousands of numbers in common.
made_with AS (
    SELECT
        turns.publication,
        turns.previous_sequence,
        conditions.given_reason,
        nullif(array_to_string(list_filter(
            string_split(conditions.seeds, ' '),
            lambda seed: NOT list_contains(string_split(before.seeds, ' '), seed)), ', '), '') AS seeds_changed,
        conditions.code_version <> before.code_version AS is_recoded,
        before.code_version || ' -> ' || conditions.code_version AS codes
    FROM (SELECT DISTINCT publication, previous_sequence FROM changed) AS turns
    LEFT JOIN base.conditions AS conditions ON turns.publication = conditions.publication
    LEFT JOIN base.conditions AS before ON turns.previous_sequence = before.sequence
),

facts AS (
    SELECT
        changed.*,
        made_with.given_reason,
        coalesce(explained.causes, []) AS causes,
        coalesce(explained.files, 0) AS files,
        explained.first_file,
        collected.publication IS NOT NULL AS is_collected,
        changed.label_version <> changed.previous_version AS is_relabelled,
        made_with.seeds_changed,
        made_with.is_recoded,
        made_with.codes
    FROM changed
    LEFT JOIN made_with
        ON changed.publication = made_with.publication AND changed.previous_sequence = made_with.previous_sequence
    LEFT JOIN explained
        ON changed.week = explained.week
        AND changed.phase = explained.phase
        AND changed.platform = explained.platform
        AND changed.moved_table = explained.moved_table
        AND changed.moved_key = explained.moved_key
        AND changed.of_labels = explained.of_labels
        AND changed.previous_sequence = explained.previous_sequence
        AND changed.sequence = explained.sequence
    LEFT JOIN collected
        ON changed.publication = collected.publication
        AND changed.week = collected.week
        AND changed.phase = collected.phase
        AND changed.platform = collected.platform
),

reasoned AS (
    SELECT
        *,
        list_filter([
            if(list_contains(causes, 'late') AND NOT is_collected, 'late', NULL),
            if(is_collected AND (
                list_contains(causes, 'late') OR of_collection OR value IS NULL OR previous IS NULL),
                'backfilled', NULL),
            if(list_contains(causes, 'removed'), 'removed', NULL),
            if(list_contains(causes, 'edited'), 'edited', NULL),
            if(is_relabelled AND of_labels, 'relabelled', NULL)
        ], lambda reason: reason IS NOT NULL) AS reasons
    FROM facts
),

-- Authors of posts become known, or change, with a later record: in what bucket posts were seen again.
nameless AS (
    SELECT DISTINCT publication, week, phase, platform, previous_sequence, sequence
    FROM reasoned
    WHERE metric = 'authors' AND len(causes) = 0 AND seeds_changed IS NULL
),

again AS (
    SELECT
        nameless.publication,
        nameless.week,
        nameless.phase,
        nameless.platform,
        count(DISTINCT known.file_id) AS files,
        min({'landed_at': known.landed_at, 'file': known.file, 'file_id': known.file_id}).file AS first_file
    FROM nameless
    JOIN core.posts AS posts
        ON nameless.week = posts.week
        AND nameless.phase = posts.phase
        AND nameless.platform IN ('all', posts.platform)
    JOIN base.observations AS observations
        ON posts.platform = observations.platform AND posts.post_id = observations.post_id
    JOIN known
        ON observations.file_id = known.file_id
        AND known.sequence > nameless.previous_sequence
        AND known.sequence <= nameless.sequence
    GROUP BY nameless.publication, nameless.week, nameless.phase, nameless.platform
)

SELECT
    reasoned.publication,
    reasoned.sequence,
    reasoned.week,
    reasoned.phase,
    reasoned.platform,
    reasoned.table_name,
    reasoned.key,
    reasoned.metric,
    reasoned.first_reported,
    reasoned.previous,
    reasoned.value AS now_known,
    CASE
        WHEN len(reasoned.reasons) > 0 THEN array_to_string(reasoned.reasons, ', ')
        WHEN list_contains(reasoned.causes, 'left') THEN 'edited'
        WHEN again.files > 0 AND reasoned.metric = 'authors' THEN 'observed'
        WHEN reasoned.seeds_changed IS NOT NULL THEN 'reseeded'
        WHEN reasoned.is_recoded THEN 'recoded'
        ELSE 'unexplained'
    END AS reason,
    reasoned.as_of AS corrected_at,
    reasoned.given_reason,
    CASE WHEN reasoned.files > 0 OR reasoned.metric <> 'authors' THEN reasoned.files ELSE coalesce(again.files, 0) END
        AS files,
    CASE
        WHEN reasoned.files > 0 OR reasoned.metric <> 'authors' THEN reasoned.first_file ELSE again.first_file
    END AS first_file,
    if(reasoned.is_relabelled, reasoned.previous_version || ' -> ' || reasoned.label_version, NULL) AS labels_changed,
    reasoned.seeds_changed,
    if(reasoned.is_recoded, reasoned.codes, NULL) AS code_changed
FROM reasoned
LEFT JOIN again
    ON reasoned.publication = again.publication
    AND reasoned.week = again.week
    AND reasoned.phase = again.phase
    AND reasoned.platform = again.platform
ORDER BY
    reasoned.sequence, reasoned.week, reasoned.phase, reasoned.platform, reasoned.table_name, reasoned.key,
    reasoned.metric
