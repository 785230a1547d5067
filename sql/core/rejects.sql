-- Every record that is no post of ours, with the reason.
--
-- Kind: view
-- Grain: file_id, line
-- Columns: file_id, platform, source, file, line, reason, detail, day

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
