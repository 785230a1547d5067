-- Every record that is no post of ours, with the reason.
--
-- Kind: view
-- Grain: file_id, line
-- Columns:
--   file_id | VARCHAR | - | sha256 of the file it came in
--   platform | VARCHAR | - | tiktok, facebook, instagram or mixed
--   source | VARCHAR | - | the format that read it
--   file | VARCHAR | - | name of the file as it came in
--   line | BIGINT | - | line or element in the file, from 1
--   reason | VARCHAR | - | why it is no post
--   detail | VARCHAR | - | what was found instead; NULL when the reason says all
--   day | DATE | - | local day (WIB) of the landing

SELECT
    file_id,
    platform,
    source,
    file,
    line,
    reason,
    detail,
    day
FROM base.rejects
