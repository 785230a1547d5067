-- Every accepted record: what one source saw of one post at one moment. Engagement over time is read here.
--
-- Kind: view
-- Grain: file_id, number
-- Columns: platform, post_id, observed_at, source, file_id, number, is_first, is_partial, likes, comments, shares,
--   views, text_hash, gone

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
