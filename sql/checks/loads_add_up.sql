-- Every record of a file is a post, a duplicate or a reject: the three add up, and the rejects are kept.
--
-- Severity: stop
-- Gate: posts
-- Table: loads
-- In Indonesian: Setiap rekaman menjadi unggahan, duplikat, atau ditolak; ketiganya berjumlah tepat.
-- Hint: The loader lost or doubled a record.
-- Hint in Indonesian: Pemuat kehilangan atau menggandakan rekaman.

WITH kept AS (
    SELECT file_id, count(*) AS rejects
    FROM base.rejects
    GROUP BY file_id
)

SELECT
    loads.file,
    loads.records,
    loads.posts,
    loads.duplicates,
    loads.rejects,
    coalesce(kept.rejects, 0) AS kept_rejects
FROM base.loads AS loads
LEFT JOIN kept ON loads.file_id = kept.file_id
WHERE loads.posts + loads.duplicates + loads.rejects <> loads.records OR loads.rejects <> coalesce(kept.rejects, 0)
