-- No published text holds the whole name of its author, where this is the name of a person and no registered account's.
--
-- Severity: stop
-- Gate: posts
-- Table: posts
-- In Indonesian: Tidak ada teks terbit yang memuat nama lengkap penulisnya, kecuali akun yang terdaftar.
-- Hint: The names that stand in texts were not hidden: publish nothing, look at the loader.
-- Hint in Indonesian: Nama dalam teks tidak disamarkan: jangan terbitkan, periksa pemuat.

WITH named AS (
    SELECT
        platform,
        post_id,
        lower(author_name_pi) AS name,
        lower(coalesce(shown, text)) AS said
    FROM base.posts
    WHERE text IS NOT NULL AND regexp_full_match(author_name_pi, '[A-Za-z]{2,}( [A-Za-z]{2,})+')
)

SELECT platform, post_id
FROM named
WHERE
    contains(said, string_split(name, ' ')[1])
    AND contains(concat(' ', regexp_replace(said, '[^\p{L}]+', ' ', 'g'), ' '), concat(' ', name, ' '))
    AND list_has_any(string_split(name, ' '), (SELECT list(term) FROM seeds.person_names WHERE kind <> 'title'))
    AND name NOT IN (SELECT lower(name) FROM seeds.accounts WHERE name IS NOT NULL)
