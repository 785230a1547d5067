-- A removed post keeps no text, author, link, or hash of what it said.
--
-- Severity: stop
-- Gate: posts
-- Table: posts
-- In Indonesian: Unggahan yang dihapus tidak menyimpan teks, penulis, tautan, atau sidik teksnya.
-- Hint: A tombstone holds what a removal must take away: publish nothing, look at the loader.
-- Hint in Indonesian: Unggahan terhapus masih menyimpan isi: jangan terbitkan, periksa pemuat.

WITH hashed AS (
    SELECT
        platform,
        post_id,
        min(observed_at) AS observed_at
    FROM base.observations
    WHERE text_hash IS NOT NULL
    GROUP BY platform, post_id
)

SELECT
    posts.platform,
    posts.post_id
FROM base.posts AS posts
LEFT JOIN hashed ON posts.platform = hashed.platform AND posts.post_id = hashed.post_id
WHERE
    posts.state = 'removed'
    AND (
        coalesce(
            posts.text, posts.shown, posts.text_pi, posts.url_pi, posts.author_key, posts.author_name_pi, posts.query
        ) IS NOT NULL
        OR coalesce(posts.text_hash, posts.former_text_hash) IS NOT NULL
        OR posts.text_group IS NOT NULL
        OR len(posts.hashtags) > 0
        OR hashed.observed_at <= posts.gone_at
    )
