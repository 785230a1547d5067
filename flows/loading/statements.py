"""The statements of a load, in their order: from the parts that were prepared to the tables of the warehouse.

Tables and views of the load: `stage` has what comes in (from `held`, where that is little), `left_out` what is taken
out of it, `often` the posts that are there more than once, `often_seen` what was seen of them, `winners` what they are
afterwards, `hidden` what is shown of posts in whose texts names stand.
"""

from flows.post import Reason

_BROUGHT = """
WITH ranked AS (
    SELECT
        prepared.*,
        files.load_order,
        files.landed_at,
        {
            'whole': NOT prepared.is_partial, 'observed_at': prepared.observed_at, 'landed_at': files.landed_at,
            'position': files.position, 'file_id': prepared.file_id, 'number': prepared.number
        } AS rank
    FROM read_parquet(getvariable('parts')) AS prepared
    JOIN stage_files AS files USING (file_id)
)
SELECT
    *,
    CASE WHEN text IS NOT NULL THEN rank END AS text_rank,
    CASE WHEN author_key IS NOT NULL THEN rank END AS author_rank
FROM ranked
"""

# What a load brings, as a view of its parts: each statement reads the columns that it needs, and memory stays flat.
STAGE = f"CREATE OR REPLACE TEMP VIEW stage AS FROM ({_BROUGHT}) ANTI JOIN left_out USING (file_id, number)"

# A small load is held, and its parts are opened once and not by each statement.
HELD_STAGE = f"""
CREATE OR REPLACE TEMP TABLE held AS {_BROUGHT};
CREATE OR REPLACE TEMP VIEW stage AS FROM held ANTI JOIN left_out USING (file_id, number)
"""

NO_STAGE = """
CREATE OR REPLACE TEMP VIEW stage AS
SELECT NULL::VARCHAR AS platform, NULL::VARCHAR AS post_id WHERE false
"""

# A removal of a post that no earlier record and no earlier load brought is a reject.
_STRAY_REMOVALS = """
CREATE OR REPLACE TEMP TABLE stray AS
SELECT removal.file_id, removal.number, removal.platform, removal.post_id
FROM stage AS removal
WHERE removal.gone IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM base.posts AS known
    WHERE known.platform = removal.platform AND known.post_id = removal.post_id)
  AND NOT EXISTS (
    SELECT 1 FROM stage AS earlier
    WHERE earlier.platform = removal.platform AND earlier.post_id = removal.post_id AND earlier.gone IS NULL
      AND (earlier.load_order, earlier.number) < (removal.load_order, removal.number))
"""

_DROP_STRAY = "INSERT INTO left_out SELECT file_id, number FROM stray"

_OBSERVE = """
INSERT INTO base.observations BY NAME
WITH again AS (
    SELECT
        seen.file_id, seen.number,
        known.post_id IS NULL AND seen.gone IS NULL AND row_number() OVER (
            PARTITION BY seen.platform, seen.post_id, seen.gone IS NOT NULL
            ORDER BY seen.load_order, seen.number) = 1 AS is_first
    FROM stage AS seen
    SEMI JOIN often USING (platform, post_id)
    LEFT JOIN base.posts AS known ON known.platform = seen.platform AND known.post_id = seen.post_id
)
SELECT
    stage.platform, stage.post_id, stage.observed_at, stage.source, stage.file_id, stage.number,
    coalesce(again.is_first, stage.gone IS NULL) AS is_first,
    stage.is_partial, stage.likes, stage.comments, stage.shares, stage.views, stage.text_hash, stage.gone
FROM stage
LEFT JOIN again USING (file_id, number)
"""

# What was seen of a post up to its removal keeps no trace of what it said. Before the edits are counted, so that these
# do not depend on when the removal came in.
_FORGET_TEXTS = """
UPDATE base.observations SET text_hash = NULL
FROM (
    SELECT platform, post_id, max(observed_at) AS gone_at
    FROM base.observations WHERE gone IS NOT NULL GROUP BY ALL
) AS removal
WHERE base.observations.platform = removal.platform AND base.observations.post_id = removal.post_id
  AND base.observations.observed_at <= removal.gone_at AND text_hash IS NOT NULL
"""

# Posts seen once need no comparison; they are nearly all of a load.
_SEEN_OFTEN = """
CREATE OR REPLACE TEMP TABLE often AS
SELECT platform, post_id
FROM (
    SELECT platform, post_id FROM stage
    UNION ALL
    SELECT known.platform, known.post_id FROM base.posts AS known SEMI JOIN stage USING (platform, post_id)
)
GROUP BY ALL
HAVING count(*) > 1
"""

_CONTENT = """
platform, post_id, source, author_key, author_name_pi, created_at, created_from, day, text, text_pi, url_pi, hashtags,
language, media_type, likes, comments, shares, views, query, is_partial, observed_at, rank, text_rank, author_rank,
text_hash, text_group, unit_key, sentiment, sentiment_score, topics, indications, districts, label_version,
class_probability
"""

# The live posts that a load leaves new or changed, before names are taken out of what is shown of them.
_ARRIVING = """
CREATE OR REPLACE TEMP VIEW arriving AS
SELECT platform, post_id, text, hashtags, author_name_pi, author_key
FROM stage ANTI JOIN often USING (platform, post_id)
WHERE text IS NOT NULL
UNION ALL
SELECT platform, post_id, text, hashtags, author_name_pi, author_key
FROM winners
WHERE text IS NOT NULL AND state = 'live'
"""

# `hidden` has what is shown of the posts in whose texts names stand. A text in which nothing is masked stands once.
_INSERT_ONCE = f"""
INSERT INTO base.posts BY NAME
SELECT
    once.* REPLACE (coalesce(hidden.hashtags, once.hashtags) AS hashtags), hidden.shown, 'live' AS state,
    observed_at AS first_seen_at, observed_at AS last_seen_at, 0 AS edits,
    source AS first_source, views AS first_views
FROM (
    SELECT {_CONTENT}, landed_at AS first_landed_at FROM stage ANTI JOIN often USING (platform, post_id)
) AS once
LEFT JOIN hidden USING (platform, post_id)
"""  # noqa: S608 - columns of ours

# Candidates are what is new and what is known; the winner is the last full one, field by field.
_CANDIDATES = f"""
CREATE OR REPLACE TEMP TABLE candidates AS
SELECT {_CONTENT} FROM stage SEMI JOIN often USING (platform, post_id) WHERE gone IS NULL
UNION ALL BY NAME
SELECT
    known.* EXCLUDE (state, removal_reason, gone_at, first_seen_at, last_seen_at, former_text_hash, edits,
        first_source, first_landed_at, first_views, gone_landed_at, shown)
FROM base.posts AS known SEMI JOIN often USING (platform, post_id)
"""  # noqa: S608 - columns of ours

_OFTEN_SEEN = """
CREATE OR REPLACE TEMP TABLE often_seen AS
SELECT * FROM base.observations SEMI JOIN often USING (platform, post_id)
"""

# What came last is told by the turns of the candidates and of what was seen, since whole ranks compare slowly.
_WINNERS = """
CREATE OR REPLACE TEMP TABLE winners AS
WITH turns AS (
    SELECT
        rowid AS place, platform, post_id, created_from, author_name_pi, media_type, url_pi,
        row_number() OVER (ORDER BY rank) AS turn,
        CASE WHEN text_rank IS NOT NULL THEN row_number() OVER (ORDER BY text_rank) END AS text_turn,
        CASE WHEN author_rank IS NOT NULL THEN row_number() OVER (ORDER BY author_rank) END AS author_turn
    FROM candidates
),
latest AS (
    SELECT
        platform, post_id,
        arg_max(place, turn) AS newest,
        arg_max(place, text_turn) AS said,
        arg_max(place, author_turn) AS author,
        arg_max(place, turn) FILTER (created_from = 'record') AS dated,
        arg_max(author_name_pi, turn) AS author_name_pi,
        arg_max(media_type, turn) AS media_type,
        arg_max(url_pi, turn) AS url_pi
    FROM turns GROUP BY ALL
),
history AS (
    SELECT *, lag(text_hash) OVER (
        PARTITION BY platform, post_id ORDER BY observed_at, file_id, number) AS before
    FROM often_seen
    WHERE text_hash IS NOT NULL
),
edited AS (
    SELECT
        platform, post_id, count(*) FILTER (text_hash <> before) AS edits,
        arg_max(before, observed_at) FILTER (text_hash <> before) AS former_text_hash
    FROM history GROUP BY ALL
),
landings AS (
    SELECT file_id, landed_at, position FROM base.loads
    UNION ALL SELECT file_id, landed_at, position FROM stage_files
),
seen AS (
    SELECT
        platform, post_id,
        max(source) FILTER (is_first) AS first_source,
        max(views) FILTER (is_first) AS first_views,
        min(landed_at) FILTER (gone IS NULL) AS first_landed_at,
        min(landed_at) FILTER (gone IS NOT NULL) AS gone_landed_at,
        min(observed_at) FILTER (gone IS NULL) AS first_seen_at,
        max(observed_at) FILTER (gone IS NULL) AS last_seen_at,
        max(observed_at) FILTER (gone IS NOT NULL) AS gone_at,
        arg_max(gone, observed_at) FILTER (gone IS NOT NULL) AS removal_reason,
        arg_max(likes, turn) AS likes, arg_max(comments, turn) AS comments,
        arg_max(shares, turn) AS shares, arg_max(views, turn) AS views
    FROM (
        SELECT observed.*, landed_at,
            row_number() OVER (ORDER BY observed_at, landed_at, position, file_id, number) AS turn
        FROM often_seen AS observed JOIN landings USING (file_id))
    GROUP BY ALL
)
SELECT
    newest.* REPLACE (
        coalesce(dated.created_at, newest.created_at) AS created_at,
        CASE WHEN latest.dated IS NULL THEN newest.created_from ELSE 'record' END AS created_from,
        coalesce(dated.day, newest.day) AS day,
        said.text AS text, said.text_pi AS text_pi, said.text_hash AS text_hash,
        said.text_group AS text_group, said.unit_key AS unit_key, said.text_rank AS text_rank,
        coalesce(said.language, newest.language) AS language,
        CASE WHEN latest.said IS NULL THEN newest.sentiment ELSE said.sentiment END AS sentiment,
        CASE WHEN latest.said IS NULL THEN newest.sentiment_score ELSE said.sentiment_score END AS sentiment_score,
        coalesce(said.topics, newest.topics) AS topics,
        coalesce(said.indications, newest.indications) AS indications,
        coalesce(said.districts, newest.districts) AS districts,
        coalesce(said.class_probability, newest.class_probability) AS class_probability,
        CASE WHEN len(newest.hashtags) > 0 OR newest.text_hash IS NOT NULL THEN newest.hashtags
            ELSE coalesce(said.hashtags, newest.hashtags) END AS hashtags,
        author.author_key AS author_key, author.author_rank AS author_rank,
        latest.author_name_pi AS author_name_pi,
        latest.media_type AS media_type,
        latest.url_pi AS url_pi,
        seen.likes AS likes, seen.comments AS comments, seen.shares AS shares, seen.views AS views),
    seen.first_source, seen.first_landed_at, seen.first_views, seen.first_seen_at, seen.last_seen_at,
    coalesce(edited.edits, 0) AS edits, edited.former_text_hash,
    CASE WHEN seen.gone_at >= seen.last_seen_at THEN seen.gone_at END AS gone_at,
    CASE WHEN seen.gone_at >= seen.last_seen_at THEN seen.removal_reason END AS removal_reason,
    CASE WHEN seen.gone_at >= seen.last_seen_at THEN seen.gone_landed_at END AS gone_landed_at,
    CASE WHEN seen.gone_at >= seen.last_seen_at THEN 'removed' ELSE 'live' END AS state
FROM latest
JOIN candidates AS newest ON newest.rowid = latest.newest
LEFT JOIN candidates AS said ON said.rowid = latest.said
LEFT JOIN candidates AS author ON author.rowid = latest.author
LEFT JOIN candidates AS dated ON dated.rowid = latest.dated
JOIN seen ON seen.platform = latest.platform AND seen.post_id = latest.post_id
LEFT JOIN edited ON edited.platform = latest.platform AND edited.post_id = latest.post_id
"""

_DELETE_OFTEN = """
DELETE FROM base.posts USING often
WHERE base.posts.platform = often.platform AND base.posts.post_id = often.post_id
"""

# A tombstone keeps what is not personal: that there was a post, when, how it was labelled, which others it was a copy
# of. Text and author go, and the hashes that would confirm a guess of what it said.
_INSERT_OFTEN = """
INSERT INTO base.posts BY NAME
SELECT winners.* REPLACE (
    CASE WHEN state = 'live' THEN text END AS text,
    CASE WHEN state = 'live' THEN text_pi END AS text_pi,
    CASE WHEN state = 'live' THEN text_hash END AS text_hash,
    CASE WHEN state = 'live' THEN text_group END AS text_group,
    CASE WHEN state = 'live' THEN former_text_hash END AS former_text_hash,
    CASE WHEN state = 'live' THEN url_pi END AS url_pi,
    CASE WHEN state = 'live' THEN author_key END AS author_key,
    CASE WHEN state = 'live' THEN author_name_pi END AS author_name_pi,
    CASE WHEN state = 'live' THEN query END AS query,
    CASE WHEN state = 'live' THEN coalesce(hidden.hashtags, winners.hashtags) ELSE [] END AS hashtags),
    hidden.shown
FROM winners
LEFT JOIN hidden USING (platform, post_id)
"""

REJECTS = """
INSERT INTO base.rejects BY NAME
SELECT
    files.file_id, files.platform, files.source, files.file, rejects.line, rejects.reason, rejects.detail,
    timezone($zone, files.landed_at)::DATE AS day, rejects.raw_pi
FROM rejected AS rejects
JOIN stage_files AS files USING (file_id)
"""

_STRAY_REJECTS = f"""
INSERT INTO rejected BY NAME
SELECT file_id, number AS line, '{Reason.REMOVAL_UNKNOWN}' AS reason, platform || ' ' || post_id AS detail FROM stray
"""  # noqa: S608 - a constant of ours

LOADS = """
INSERT INTO base.loads BY NAME
SELECT
    files.* EXCLUDE (load_order),
    (SELECT count(*) FROM base.observations AS seen WHERE seen.file_id = files.file_id AND seen.is_first) AS posts,
    (SELECT count(*) FROM base.observations AS seen WHERE seen.file_id = files.file_id AND NOT seen.is_first)
        AS duplicates,
    (SELECT count(*) FROM rejected WHERE rejected.file_id = files.file_id) AS rejects
FROM stage_files AS files
ORDER BY files.load_order
"""

# Up to what the posts will be, and then into their table: written once, since an update would write all of them again.
STEPS = (
    _STRAY_REMOVALS,
    _STRAY_REJECTS,
    _DROP_STRAY,
    _SEEN_OFTEN,
    _OBSERVE,
    _FORGET_TEXTS,
    _CANDIDATES,
    _OFTEN_SEEN,
    _WINNERS,
    _ARRIVING,
)
LAST_STEPS = (_DELETE_OFTEN, _INSERT_ONCE, _INSERT_OFTEN)
