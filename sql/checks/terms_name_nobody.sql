-- No emerging term or driving word of an incident names a contestant or a common given name, and each term has five
-- authors and an example.
--
-- Severity: stop
-- Gate: trends
-- Table: emerging_terms
-- In Indonesian: Kata yang mencuat dan kata utama peristiwa tidak menyebut peserta pemilu atau nama orang, dan kata yang mencuat dipakai paling sedikit lima penulis serta mempunyai contoh.
-- Hint: The seeds of names changed without rebuilding, or the rule for names is broken.
-- Hint in Indonesian: Daftar nama berubah, atau aturan nama tidak bekerja.

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_authors') AS term_authors,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_examples') AS term_examples
    FROM seeds.method
)

SELECT week, term, authors, examples
FROM trends.emerging_terms
CROSS JOIN method
WHERE
    authors < method.term_authors
    OR len(examples) NOT BETWEEN 1 AND method.term_examples
    OR term IN (SELECT term FROM core.hidden_terms WHERE is_name)
UNION ALL
SELECT week, term, NULL AS authors, NULL AS examples
FROM (SELECT week, unnest(driving_words) AS term FROM trends.incident_weeks)
WHERE term IN (SELECT term FROM core.hidden_terms WHERE is_name)
