-- Topics, indications and districts of posts are codes of the seeds, each once a post. A call to vote is a cue and
-- no code.
--
-- Severity: stop
-- Gate: posts
-- Table: posts
-- In Indonesian: Topik, indikasi, dan kecamatan berasal dari daftar acuan, masing-masing sekali per unggahan.
-- Hint: Labels and seeds are of different versions.
-- Hint in Indonesian: Label dan daftar acuan berbeda versi.

WITH used AS (
    SELECT 'topics' AS kind, code, count(*) AS posts FROM (SELECT unnest(topics) AS code FROM base.posts) GROUP BY code
    UNION ALL
    SELECT 'indications', code, count(*) FROM (SELECT unnest(indications) AS code FROM base.posts) GROUP BY code
    UNION ALL
    SELECT 'districts', code, count(*) FROM (SELECT unnest(districts) AS code FROM base.posts) GROUP BY code
),

known AS (
    SELECT 'topics' AS kind, code FROM seeds.topics
    UNION ALL
    SELECT 'indications', code FROM seeds.indications
    UNION ALL
    SELECT 'districts', code FROM seeds.places WHERE kind = 'district'
)

SELECT kind, code, posts
FROM used
WHERE NOT EXISTS (FROM known WHERE known.kind = used.kind AND known.code = used.code)
UNION ALL
SELECT 'repeated', platform || ' ' || post_id, 1
FROM base.posts
WHERE
    (len(topics) > 1 AND len(topics) <> list_unique(topics))
    OR (len(indications) > 1 AND len(indications) <> list_unique(indications))
    OR (len(districts) > 1 AND len(districts) <> list_unique(districts))
