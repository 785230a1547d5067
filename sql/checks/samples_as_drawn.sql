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
SELECT week, label_version || ' ' || band, NULL, NULL
FROM base.review_chances
WHERE inclusion IS NULL
UNION ALL
SELECT NULL, 'posts', frame.posts, bands.posts
FROM (SELECT sum(posts) AS posts FROM base.review_frame) AS frame
CROSS JOIN (SELECT count(*) AS posts FROM base.review_bands) AS bands
WHERE frame.posts <> bands.posts
UNION ALL
SELECT draws.week, draws.stratum, count(samples.post_id), draws.drawn
FROM core.draws AS draws
LEFT JOIN base.review_turns AS turns
    ON draws.week = turns.week
    AND draws.label_version = turns.label_version
    AND list_contains(turns.strata, draws.stratum)
    AND turns.turn <= draws.last_turn
LEFT JOIN core.samples AS samples ON turns.platform = samples.platform AND turns.post_id = samples.post_id
GROUP BY draws.week, draws.label_version, draws.stratum, draws.drawn
HAVING count(samples.post_id) <> count(turns.post_id)
