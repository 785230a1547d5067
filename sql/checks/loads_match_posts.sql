-- The posts that the loads counted are the distinct posts there are, on each platform together.
--
-- Severity: stop
-- Gate: posts
-- Table: loads
-- In Indonesian: Jumlah unggahan semua pemuatan sama dengan unggahan yang ada.
-- Hint: A load was rolled back in part, or posts were deleted without a tombstone.
-- Hint in Indonesian: Sebagian pemuatan dibatalkan, atau unggahan terhapus tanpa nisan.

SELECT counted.posts AS counted, there.posts AS there
FROM (SELECT coalesce(sum(posts), 0) AS posts FROM base.loads) AS counted
CROSS JOIN (SELECT count(*) AS posts FROM base.posts) AS there
WHERE counted.posts <> there.posts
