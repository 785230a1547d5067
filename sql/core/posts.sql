-- Every distinct post, as its latest observation shows it. A removed post is a tombstone without text and author.
-- Columns that hold personal data stay in base.posts.
--
-- Kind: view
-- Grain: platform, post_id
-- Columns:
--   platform | VARCHAR | - | tiktok, facebook or instagram
--   post_id | VARCHAR | - | the platform's own id
--   source | VARCHAR | - | the format that brought the latest observation
--   author_key | VARCHAR | - | keyed hash of the author; NULL when hidden or removed
--   created_at | TIMESTAMP WITH TIME ZONE | - | when it was posted
--   day | DATE | - | local day (WIB) of created_at
--   week | VARCHAR | - | ISO week of day, as 2024-W06
--   phase | VARCHAR | - | phase of the election on day
--   text | VARCHAR | - | text with mentions, phone, e-mail and identity numbers masked
--   hashtags | VARCHAR[] | - | hashtags without the sign
--   language | VARCHAR | - | language of the text; NULL when unknown
--   media_type | VARCHAR | - | kind of post; NULL when unknown
--   likes | BIGINT | likes | NULL when unknown or hidden
--   comments | BIGINT | comments | NULL when unknown
--   shares | BIGINT | shares | NULL when unknown
--   views | BIGINT | views | NULL when unknown
--   state | VARCHAR | - | live or removed
--   first_seen_at | TIMESTAMP WITH TIME ZONE | - | first observation
--   last_seen_at | TIMESTAMP WITH TIME ZONE | - | latest observation
--   sentiment | VARCHAR | - | negative, neutral or positive; NULL when there is nothing to label
--   sentiment_score | DOUBLE | - | -1 to 1; NULL when there is nothing to label
--   topics | VARCHAR[] | - | codes of seeds.topics
--   indications | VARCHAR[] | - | codes of seeds.indications, detected automatically and not reviewed
--   districts | VARCHAR[] | - | BPS codes of the kecamatan named; empty when unknown
--   label_version | VARCHAR | - | version of seeds and rules that labelled it
--   created_from | VARCHAR | - | record, or id when the time was read from the post's id
--   bucket | DATE | - | first day of the bucket (week x phase) that day lies in
--   query | VARCHAR | - | search that found it; NULL when the source does not say
--   is_partial | BOOLEAN | - | whether the record was cut short by its source
--   edits | INTEGER | edits | times its text was seen changed
--   removal_reason | VARCHAR | - | why it is gone; NULL while it is live
--   gone_at | TIMESTAMP WITH TIME ZONE | - | when it was seen to be gone; NULL while it is live
--   first_source | VARCHAR | - | the format that brought it first
--   first_landed_at | TIMESTAMP WITH TIME ZONE | - | when it was first known here
--   first_views | BIGINT | views | at its first observation; NULL when unknown
--   gone_landed_at | TIMESTAMP WITH TIME ZONE | - | when its removal was first known here; NULL while it is live

SELECT
    posts.platform,
    posts.post_id,
    posts.source,
    posts.author_key,
    posts.created_at,
    posts.day,
    calendar.week,
    calendar.phase,
    posts.text,
    posts.hashtags,
    posts.language,
    posts.media_type,
    posts.likes,
    posts.comments,
    posts.shares,
    posts.views,
    posts.state,
    posts.first_seen_at,
    posts.last_seen_at,
    posts.sentiment,
    posts.sentiment_score,
    posts.topics,
    posts.indications,
    posts.districts,
    posts.label_version,
    posts.created_from,
    calendar.bucket,
    posts.query,
    posts.is_partial,
    posts.edits,
    posts.removal_reason,
    posts.gone_at,
    posts.first_source,
    posts.first_landed_at,
    posts.first_views,
    posts.gone_landed_at
FROM base.posts AS posts
LEFT JOIN core.calendar AS calendar ON posts.day = calendar.day
