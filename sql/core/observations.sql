-- Every accepted record: what one source saw of one post at one moment. Engagement over time is read here.
--
-- Kind: view
-- Grain: file_id, number
-- Columns:
--   platform | VARCHAR | - | tiktok, facebook or instagram
--   post_id | VARCHAR | - | the platform's own id
--   observed_at | TIMESTAMP WITH TIME ZONE | - | when the source saw the post
--   source | VARCHAR | - | the format that read it
--   file_id | VARCHAR | - | sha256 of the file it came in
--   number | BIGINT | - | line or element in the file, from 1
--   is_first | BOOLEAN | - | whether this record was counted as the post; all later ones are duplicates
--   is_partial | BOOLEAN | - | whether the record was cut short by its source
--   likes | BIGINT | likes | NULL when unknown or hidden
--   comments | BIGINT | comments | NULL when unknown
--   shares | BIGINT | shares | NULL when unknown
--   views | BIGINT | views | NULL when unknown
--   text_hash | UBIGINT | - | changes when the text was edited; NULL when the record carried none
--   gone | VARCHAR | - | why the post is gone, on a removal notice; NULL otherwise

SELECT
    platform,
    post_id,
    observed_at,
    source,
    file_id,
    number,
    is_first,
    is_partial,
    likes,
    comments,
    shares,
    views,
    text_hash,
    gone
FROM base.observations
