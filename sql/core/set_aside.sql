-- Files that came in and are not loaded, because a gate stopped them or they cannot be read as what they landed as: what
-- they hold is missing from every table. A corrected file of the same name takes its place.
--
-- Kind: view
-- Grain: file_id
-- Columns: file_id, platform, source, file, landed_at, reason

SELECT
    file_id,
    platform,
    source,
    file,
    landed_at,
    reason
FROM base.set_aside
