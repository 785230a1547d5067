-- Counts are NULL exactly where nothing was collected.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_measures
-- In Indonesian: Jumlah kosong hanya bila tidak ada pengumpulan, dan tidak pernah menjadi nol.
-- Hint: A gap was counted as zero, or a zero was lost.
-- Hint in Indonesian: Celah terhitung sebagai nol, atau nol hilang.

SELECT
    measures.week,
    measures.phase,
    measures.platform,
    measures.dimension,
    measures.subject,
    measures.posts,
    buckets.status
FROM trends.weekly_measures AS measures
JOIN core.buckets AS buckets
    ON measures.week = buckets.week AND measures.phase = buckets.phase AND measures.platform = buckets.platform
WHERE (measures.posts IS NULL) <> (buckets.status = 'not_collected')
