-- The review sample is what was drawn: nobody is drawn twice over, with no chance, or without one, and every live post that
-- has a text could be.
--
-- Severity: stop
-- Gate: trends
-- Table: samples
-- In Indonesian: Contoh telaah sesuai undiannya: setiap unggahan yang ada teksnya punya peluang terpilih, dan yang terpilih tidak melebihi lapisannya.
-- Hint: The draw of a publication was changed, or a stratum has no draw.
-- Hint in Indonesian: Undian suatu penerbitan berubah, atau suatu lapisan tidak punya undian.

SELECT week, stratum AS what, drawn AS found, posts AS expected
FROM core.draws
WHERE drawn > posts OR drawn < 1 OR inclusion IS DISTINCT FROM round(drawn / posts, 9)
UNION ALL
SELECT week, platform || ' ' || post_id, NULL, NULL
FROM core.samples
WHERE inclusion IS NULL OR inclusion NOT BETWEEN 0 AND 1
UNION ALL
SELECT turns.week, turns.platform || ' ' || turns.post_id, NULL, NULL
FROM base.review_turns AS turns
LEFT JOIN base.review_chances AS chances ON turns.platform = chances.platform AND turns.post_id = chances.post_id
WHERE chances.inclusion IS NULL
