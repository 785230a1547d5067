-- No published text holds the whole name of its author, where this is the name of a person and no registered account's.
--
-- Severity: stop
-- Gate: posts
-- Table: posts
-- In Indonesian: Tidak ada teks terbit yang memuat nama lengkap penulisnya, kecuali akun yang terdaftar.
-- Hint: The names that stand in texts were not hidden: publish nothing, look at the loader.
-- Hint in Indonesian: Nama dalam teks tidak disamarkan: jangan terbitkan, periksa pemuat.

WITH people AS (
    SELECT author_name_pi, lower(author_name_pi) AS name
    FROM (SELECT DISTINCT author_name_pi FROM base.posts)
    WHERE
        regexp_full_match(author_name_pi, '[A-Za-z]{2,}( [A-Za-z]{2,})+')
        AND list_has_any(
            string_split(lower(author_name_pi), ' '),
            (SELECT list(term) FROM seeds.person_names WHERE kind <> 'title')
        )
        AND lower(author_name_pi) NOT IN (SELECT lower(name) FROM seeds.accounts WHERE name IS NOT NULL)
),

named AS (
    SELECT posts.platform, posts.post_id, people.name, lower(coalesce(posts.shown, posts.text)) AS said
    FROM base.posts AS posts
    JOIN people ON posts.author_name_pi = people.author_name_pi
    WHERE posts.text IS NOT NULL
)

SELECT platform, post_id
FROM named
WHERE
    contains(said, string_split(name, ' ')[1])
    AND contains(concat(' ', regexp_replace(said, '[^\p{L}]+', ' ', 'g'), ' '), concat(' ', name, ' '))
