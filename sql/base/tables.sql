-- The facts of the warehouse, written by the loader and read by the models in sql/core. Private: only the tables of
-- the schemas core and trends are published. Columns ending in _pi hold personal data and never leave this file. What
-- a column means stands in sql/columns.csv.

CREATE SCHEMA IF NOT EXISTS base;
CREATE SCHEMA IF NOT EXISTS seeds;
CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA IF NOT EXISTS trends;

-- The number of the tables below: raise it with every change of a table, and the warehouses of before are made anew from
-- the landing when they are opened next.
CREATE TABLE IF NOT EXISTS base.schema (
    number INTEGER NOT NULL
);
INSERT INTO base.schema SELECT 4 WHERE NOT EXISTS (FROM base.schema);

-- One row a landing file, loaded once by its hash. posts + duplicates + rejects = records.
CREATE TABLE IF NOT EXISTS base.loads (
    file_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    landed_at TIMESTAMPTZ NOT NULL,
    bytes BIGINT NOT NULL,
    records BIGINT NOT NULL,
    posts BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    rejects BIGINT NOT NULL,
    position BIGINT NOT NULL
);

-- One row a landed file that is not loaded, because a gate stopped it or it cannot be read as what it landed as.
CREATE TABLE IF NOT EXISTS base.set_aside (
    file_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    landed_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,
    versions VARCHAR NOT NULL
);

-- One row an accepted record: what one source saw of one post at one moment.
CREATE TABLE IF NOT EXISTS base.observations (
    platform VARCHAR NOT NULL,
    post_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
    observed_at TIMESTAMPTZ NOT NULL,
    source VARCHAR NOT NULL,
    file_id VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    is_first BOOLEAN NOT NULL,
    is_partial BOOLEAN NOT NULL,
    likes BIGINT,
    comments BIGINT,
    shares BIGINT,
    views BIGINT,
    text_hash UBIGINT,
    gone VARCHAR
);

-- One row a post, its latest observation. Texts and addresses differ from row to row, so that no dictionary of them pays.
-- Ids and text groups do too, and are short: they stand as they are, which takes a third of the work to write.
CREATE TABLE IF NOT EXISTS base.posts (
    platform VARCHAR NOT NULL,
    post_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
    source VARCHAR NOT NULL,
    author_key VARCHAR,
    author_name_pi VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    created_from VARCHAR NOT NULL,
    day DATE NOT NULL,
    text VARCHAR USING COMPRESSION zstd,
    shown VARCHAR,
    text_pi VARCHAR USING COMPRESSION zstd,
    url_pi VARCHAR USING COMPRESSION zstd,
    hashtags VARCHAR[] NOT NULL,
    language VARCHAR,
    media_type VARCHAR,
    likes BIGINT,
    comments BIGINT,
    shares BIGINT,
    views BIGINT,
    query VARCHAR,
    state VARCHAR NOT NULL,
    removal_reason VARCHAR,
    gone_at TIMESTAMPTZ,
    is_partial BOOLEAN NOT NULL,
    observed_at TIMESTAMPTZ NOT NULL,
    rank STRUCT(
        whole BOOLEAN, observed_at TIMESTAMPTZ, landed_at TIMESTAMPTZ, position BIGINT, file_id VARCHAR, number BIGINT
    ) NOT NULL,
    text_rank STRUCT(
        whole BOOLEAN, observed_at TIMESTAMPTZ, landed_at TIMESTAMPTZ, position BIGINT, file_id VARCHAR, number BIGINT
    ),
    author_rank STRUCT(
        whole BOOLEAN, observed_at TIMESTAMPTZ, landed_at TIMESTAMPTZ, position BIGINT, file_id VARCHAR, number BIGINT
    ),
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    text_hash UBIGINT,
    former_text_hash UBIGINT,
    edits INTEGER NOT NULL,
    text_group VARCHAR USING COMPRESSION uncompressed,
    unit_key UBIGINT,
    first_source VARCHAR NOT NULL,
    first_landed_at TIMESTAMPTZ NOT NULL,
    first_views BIGINT,
    gone_landed_at TIMESTAMPTZ,
    sentiment VARCHAR,
    sentiment_score DOUBLE,
    topics VARCHAR[] NOT NULL,
    indications VARCHAR[] NOT NULL,
    districts VARCHAR[] NOT NULL,
    label_version VARCHAR NOT NULL,
    class_probability USMALLINT NOT NULL
);

-- The handles that wrote or were mentioned, on whatever platform. One stays known, and hidden in the texts of others,
-- when its account is gone.
CREATE TABLE IF NOT EXISTS base.handles (
    handle_key VARCHAR NOT NULL
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
    day DATE,
    raw_pi VARCHAR
);

-- One row a platform x source x query x day of the collection log. Query '*' stands for everything an import declares.
CREATE TABLE IF NOT EXISTS base.collection (
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    query VARCHAR NOT NULL,
    day DATE NOT NULL,
    planned BIGINT NOT NULL,
    attempted BIGINT NOT NULL,
    succeeded BIGINT NOT NULL,
    reason VARCHAR,
    landed_at TIMESTAMPTZ
);

-- One row a number a publication stated: of its own week, and of earlier weeks where it had changed. From the ledger.
CREATE TABLE IF NOT EXISTS base.publications (
    publication VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    loaded_until TIMESTAMPTZ,
    label_version VARCHAR NOT NULL,
    week VARCHAR NOT NULL,
    phase VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    value DOUBLE
);

-- Posts of a week that went on purpose (erased, expired, given up by a person), by the publication they went after.
CREATE TABLE IF NOT EXISTS base.forgotten (
    sequence BIGINT NOT NULL,
    week VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    posts BIGINT NOT NULL
);

-- One row a publication: what it was stated under, and what led to it. From the ledger; NULL: an earlier version did
-- not keep it. `files` are those that no publication before it knew, by the first 32 letters of their ids; `draw` is
-- what core.draws says of its week, a line a stratum.
CREATE TABLE IF NOT EXISTS base.conditions (
    publication VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    loaded_until TIMESTAMPTZ,
    run_id VARCHAR,
    given_reason VARCHAR,
    code_version VARCHAR,
    label_version VARCHAR,
    seeds VARCHAR,
    files VARCHAR[],
    draw VARCHAR
);

-- One row a line of a returned review sheet.
CREATE TABLE IF NOT EXISTS base.reviews (
    platform VARCHAR NOT NULL,
    post_id VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    coder VARCHAR NOT NULL,
    day DATE,
    note_pi VARCHAR,
    sentiment VARCHAR,
    file_id VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    landed_at TIMESTAMPTZ NOT NULL,
    position BIGINT NOT NULL
);

-- One row a version of what extraction watches; a change is a break in the series. Kept in the home's ledger.
CREATE TABLE IF NOT EXISTS base.watches (
    version VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    platform VARCHAR NOT NULL,
    accounts BIGINT NOT NULL,
    keywords BIGINT NOT NULL,
    hashtags BIGINT NOT NULL,
    added VARCHAR[] NOT NULL,
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

-- One row a case of the desk, as its log has it now; without those that were opened by mistake. Given with each build.
CREATE TABLE IF NOT EXISTS base.cases (
    case_number BIGINT NOT NULL,
    code VARCHAR NOT NULL,
    receiver VARCHAR NOT NULL,
    week VARCHAR NOT NULL,
    phase VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    outcome VARCHAR,
    ended VARCHAR,
    posts BIGINT NOT NULL,
    opened_day DATE NOT NULL,
    hand_over_limit DATE NOT NULL,
    referred_day DATE,
    answered_day DATE,
    registered_day DATE,
    decided_day DATE,
    closed_day DATE,
    due_day DATE,
    due_clock VARCHAR
);
