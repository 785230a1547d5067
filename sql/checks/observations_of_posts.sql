-- Every observation is of a known post, and every post has exactly one first observation.
--
-- Severity: stop
-- Gate: posts
-- Table: observations
-- In Indonesian: Setiap pengamatan merujuk unggahan yang ada, dan setiap unggahan punya satu pengamatan pertama.
-- Hint: The loader wrote observations and posts from different records.
-- Hint in Indonesian: Pemuat menulis pengamatan dan unggahan dari rekaman yang berbeda.

WITH firsts AS (
    SELECT platform, post_id, count_if(is_first) AS firsts
    FROM base.observations
    GROUP BY platform, post_id
)

SELECT
    coalesce(posts.platform, firsts.platform) AS platform,
    coalesce(posts.post_id, firsts.post_id) AS post_id,
    posts.post_id IS NOT NULL AS is_known,
    coalesce(firsts.firsts, 0) AS firsts
FROM base.posts AS posts
FULL JOIN firsts ON posts.platform = firsts.platform AND posts.post_id = firsts.post_id
WHERE posts.post_id IS NULL OR coalesce(firsts.firsts, 0) <> 1
