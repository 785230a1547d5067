-- Every file that was loaded, once by its hash. posts + duplicates + rejects = records.
--
-- Kind: view
-- Grain: file_id
-- Columns:
--   file_id | VARCHAR | - | sha256 of the file as it came in
--   kind | VARCHAR | - | posts or collection
--   platform | VARCHAR | - | tiktok, facebook, instagram or mixed
--   source | VARCHAR | - | the format that read it
--   file | VARCHAR | - | name of the file as it came in
--   landed_at | TIMESTAMP WITH TIME ZONE | - | when it came in
--   bytes | BIGINT | bytes | size as it came in
--   records | BIGINT | records | everything found in it
--   posts | BIGINT | records | records seen for the first time
--   duplicates | BIGINT | records | records of a post that was known, even when they update it
--   rejects | BIGINT | records | records that are no post
--   position | BIGINT | - | order among files that landed at the same moment

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
