-- Every reviewed post is known.
--
-- Severity: warn
-- Gate: trends
-- Table: reviews
-- In Indonesian: Setiap unggahan yang ditelaah dikenal.
-- Hint: An id was changed in the sheet, or the sheet belongs to another home.
-- Hint in Indonesian: Ada id yang berubah di lembar telaah, atau lembar milik pangkalan data lain.

SELECT platform, post_id, line
FROM base.reviews
ANTI JOIN core.posts AS posts USING (platform, post_id)
