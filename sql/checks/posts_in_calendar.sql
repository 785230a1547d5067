-- Every post lies on a day of the calendar, and so in a week, a phase and a bucket.
--
-- Severity: stop
-- Gate: trends
-- Table: posts
-- In Indonesian: Setiap unggahan jatuh pada hari yang ada dalam kalender.
-- Hint: The calendar was built from other posts.
-- Hint in Indonesian: Kalender dibangun dari unggahan lain.

SELECT platform, post_id, day
FROM core.posts
WHERE week IS NULL OR phase IS NULL OR bucket IS NULL
