-- No emerging term names a contestant or a common given name, and each has five authors and an example.
--
-- Severity: stop
-- Gate: trends
-- Table: emerging_terms
-- In Indonesian: Kata yang mencuat tidak menyebut peserta pemilu atau nama orang, dipakai paling sedikit lima penulis, dan mempunyai contoh.
-- Hint: The seeds of names changed without rebuilding, or the rule for names is broken.
-- Hint in Indonesian: Daftar nama berubah, atau aturan nama tidak bekerja.

SELECT week, term, authors, examples
FROM trends.emerging_terms
WHERE
    authors < 5
    OR len(examples) NOT BETWEEN 1 AND 3
    OR term IN (SELECT term FROM seeds.person_names)
    OR term IN (SELECT unnest(string_split(name, ' ')) FROM seeds.contestants)
