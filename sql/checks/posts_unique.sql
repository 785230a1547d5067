-- One row a post: platform and post_id occur together once.
--
-- Severity: stop
-- Gate: posts
-- Table: posts
-- In Indonesian: Satu baris untuk setiap unggahan.
-- Hint: The loader inserted a known post again.
-- Hint in Indonesian: Pemuat memasukkan lagi unggahan yang sudah dikenal.

SELECT platform, post_id, count(*) AS rows
FROM base.posts
GROUP BY platform, post_id
HAVING count(*) > 1
