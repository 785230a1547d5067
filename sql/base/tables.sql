-- The facts of the warehouse, written by the loader and read by the models in sql/core. Private: only the tables of
-- the schemas core and trends are published. Columns ending in _pi hold personal data and never leave this file.

CREATE SCHEMA IF NOT EXISTS base;
CREATE SCHEMA IF NOT EXISTS seeds;
CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA IF NOT EXISTS trends;

-- One row a landing file, loaded once by its hash. posts + duplicates + rejects = records.
CREATE TABLE IF NOT EXISTS base.loads (
    file_id VARCHAR NOT NULL,        -- sha256 of the file as it came in
    kind VARCHAR NOT NULL,           -- posts, collection, review
    platform VARCHAR NOT NULL,       -- tiktok, facebook, instagram, mixed
    source VARCHAR NOT NULL,         -- the format that read it
    file VARCHAR NOT NULL,           -- its name when it came in, without folder
    landed_at TIMESTAMPTZ NOT NULL,
    bytes BIGINT NOT NULL,
    records BIGINT NOT NULL,
    posts BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    rejects BIGINT NOT NULL,
    position BIGINT NOT NULL         -- order among files that landed at the same moment
);

-- One row a landed file that is not loaded, because a gate stopped it or it cannot be read as what it landed as.
CREATE TABLE IF NOT EXISTS base.set_aside (
    file_id VARCHAR PRIMARY KEY,     -- sha256 of the file as it came in
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL,         -- the format that reads it
    file VARCHAR NOT NULL,           -- its name when it came in, without folder
    landed_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,         -- what stopped it, in a sentence
    versions VARCHAR NOT NULL        -- of ronda and of the labels that came to it; empty: it is tried at every load
);

-- One row an accepted record: what one source saw of one post at one moment.
CREATE TABLE IF NOT EXISTS base.observations (
    platform VARCHAR NOT NULL,
    post_id VARCHAR NOT NULL,
    observed_at TIMESTAMPTZ NOT NULL,
    source VARCHAR NOT NULL,
    file_id VARCHAR NOT NULL,
    number BIGINT NOT NULL,          -- line or element in the file, from 1
    is_first BOOLEAN NOT NULL,       -- the record that was counted as the post; all later ones are duplicates
    is_partial BOOLEAN NOT NULL,
    likes BIGINT,
    comments BIGINT,
    shares BIGINT,
    views BIGINT,
    text_hash UBIGINT,               -- hash of the raw text, NULL when the record carried none
    gone VARCHAR                     -- reason class of a removal notice
);

-- One row a post, its latest observation.
CREATE TABLE IF NOT EXISTS base.posts (
    platform VARCHAR NOT NULL,
    post_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    author_key VARCHAR,              -- keyed hash
    author_name_pi VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    created_from VARCHAR NOT NULL,   -- record, or id: the time was read from the post's id
    day DATE NOT NULL,               -- local day of created_at
    text VARCHAR,                    -- masked
    text_pi VARCHAR,
    url_pi VARCHAR,
    hashtags VARCHAR[] NOT NULL,
    language VARCHAR,
    media_type VARCHAR,
    likes BIGINT,
    comments BIGINT,
    shares BIGINT,
    views BIGINT,
    query VARCHAR,
    state VARCHAR NOT NULL,          -- live, or removed: a tombstone without text and author
    removal_reason VARCHAR,
    gone_at TIMESTAMPTZ,
    is_partial BOOLEAN NOT NULL,
    observed_at TIMESTAMPTZ NOT NULL,-- of the observation this row shows
    -- Which observation is the fuller and later one, in whatever order files were loaded: of the row, its text, its author.
    rank STRUCT(whole BOOLEAN, observed_at TIMESTAMPTZ, landed_at TIMESTAMPTZ, position BIGINT, file_id VARCHAR, number BIGINT) NOT NULL,
    text_rank STRUCT(whole BOOLEAN, observed_at TIMESTAMPTZ, landed_at TIMESTAMPTZ, position BIGINT, file_id VARCHAR, number BIGINT),
    author_rank STRUCT(whole BOOLEAN, observed_at TIMESTAMPTZ, landed_at TIMESTAMPTZ, position BIGINT, file_id VARCHAR, number BIGINT),
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    text_hash UBIGINT,
    former_text_hash UBIGINT,        -- of the text before the last edit
    edits INTEGER NOT NULL,
    unit_key UBIGINT,                -- posts of the same key are one event, see flows/loading/copies.py; NULL: its own
    first_source VARCHAR NOT NULL,   -- the format that brought it first
    first_landed_at TIMESTAMPTZ NOT NULL, -- when it was first known here
    first_views BIGINT,              -- at its first observation, so that weeks are compared at about the same age
    gone_landed_at TIMESTAMPTZ,      -- when its removal was first known here
    sentiment VARCHAR,
    sentiment_score DOUBLE,
    topics VARCHAR[] NOT NULL,
    indications VARCHAR[] NOT NULL,
    districts VARCHAR[] NOT NULL,
    label_version VARCHAR NOT NULL
);

-- One row a record that is no post of ours, with the reason.
CREATE TABLE IF NOT EXISTS base.rejects (
    file_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR,
    day DATE,                        -- local day of the landing
    raw_pi VARCHAR                   -- the first bytes
);

-- One row a platform x source x query x day of the collection log. Query '*' stands for everything an import declares.
CREATE TABLE IF NOT EXISTS base.collection (
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    query VARCHAR NOT NULL,
    day DATE NOT NULL,
    planned BIGINT NOT NULL,         -- collections planned for the day
    attempted BIGINT NOT NULL,
    succeeded BIGINT NOT NULL,
    reason VARCHAR,                  -- why some did not succeed: quota, permission, outage ...; or: empty
    landed_at TIMESTAMPTZ            -- of the log that first said so
);

-- One row a number a publication stated: of its own week, and of earlier weeks where it had changed. From the ledger.
CREATE TABLE IF NOT EXISTS base.publications (
    publication VARCHAR NOT NULL,    -- week and number, as 2024-W06-1
    sequence BIGINT NOT NULL,        -- order in which publications were made, from 1
    as_of TIMESTAMPTZ NOT NULL,      -- its moment of release
    loaded_until TIMESTAMPTZ,        -- landing of the last file it knew
    label_version VARCHAR NOT NULL,
    week VARCHAR NOT NULL,
    phase VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    key VARCHAR NOT NULL,            -- topic, indication or district; empty for a whole platform
    metric VARCHAR NOT NULL,
    value DOUBLE
);

-- One row a line of a returned review sheet.
CREATE TABLE IF NOT EXISTS base.reviews (
    platform VARCHAR NOT NULL,
    post_id VARCHAR NOT NULL,
    code VARCHAR NOT NULL,           -- a code of seeds.indications, or none
    stage VARCHAR NOT NULL,          -- a code of seeds.review_stages
    coder VARCHAR NOT NULL,
    day DATE,
    note_pi VARCHAR,
    file_id VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    landed_at TIMESTAMPTZ NOT NULL,
    position BIGINT NOT NULL         -- order among files that landed at the same moment
);

-- One row a version of what extraction watches; a change is a break in the series. Kept in the home's ledger.
CREATE TABLE IF NOT EXISTS base.watches (
    version VARCHAR NOT NULL,        -- hash of all lists
    since TIMESTAMPTZ NOT NULL,
    platform VARCHAR NOT NULL,
    accounts BIGINT NOT NULL,
    keywords BIGINT NOT NULL,
    hashtags BIGINT NOT NULL,
    added VARCHAR[] NOT NULL,        -- kind:name
    dropped VARCHAR[] NOT NULL
);

-- What is known of how often the labels are right; see core.label_quality. Given by the labels with each build.
CREATE TABLE IF NOT EXISTS base.label_quality (
    family VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    test_set_id VARCHAR NOT NULL,
    test_set_en VARCHAR NOT NULL,
    is_real BOOLEAN NOT NULL,
    is_measured BOOLEAN NOT NULL,
    posts BIGINT,
    positives BIGINT,
    flagged BIGINT,
    correct BIGINT,
    "precision" DOUBLE,
    precision_low DOUBLE,
    precision_high DOUBLE,
    recall DOUBLE,
    recall_low DOUBLE,
    recall_high DOUBLE,
    flags_per_1000 DOUBLE,
    flag_posts BIGINT
);
