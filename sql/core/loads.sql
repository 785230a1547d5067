-- Every file that was loaded, once by its hash. posts + duplicates + rejects = records.
--
-- Kind: view
-- Grain: file_id
-- Columns: file_id, kind, platform, source, file, landed_at, bytes, records, posts, duplicates, rejects, position

SELECT
    file_id,
    kind,
    platform,
    source,
    file,
    landed_at,
    bytes,
    records,
    posts,
    duplicates,
    rejects,
    position
FROM base.loads
