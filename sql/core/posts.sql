-- Every distinct post, as its latest observation shows it. A removed post is a tombstone without text and author.
-- Columns that hold personal data stay in base.posts. What was watched is declared, but never beside a post: an account
-- that a post was searched by would name the author behind its key.
--
-- Kind: view
-- Grain: platform, post_id
-- Columns: platform, post_id, source, author_key, created_at, day, week, phase, text, hashtags, language, media_type,
--   likes, comments, shares, views, state, first_seen_at, last_seen_at, sentiment, sentiment_score, topics,
--   indications, districts, label_version, created_from, bucket, query, is_partial, edits, removal_reason, gone_at,
--   first_source, first_landed_at, first_views, gone_landed_at, text_group

SELECT
    posts.platform,
    posts.post_id,
    posts.source,
    posts.author_key,
    posts.created_at,
    posts.day,
    calendar.week,
    calendar.phase,
    coalesce(posts.shown, posts.text) AS text,
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
    if(starts_with(posts.query, 'account:'), 'account', posts.query) AS query,
    posts.is_partial,
    posts.edits,
    posts.removal_reason,
    posts.gone_at,
    posts.first_source,
    posts.first_landed_at,
    posts.first_views,
    posts.gone_landed_at,
    posts.text_group
FROM base.posts AS posts
LEFT JOIN core.calendar AS calendar ON posts.day = calendar.day
