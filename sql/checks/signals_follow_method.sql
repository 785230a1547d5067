-- A signal has a q of at most the level of its family, a direction and 4 to 8 earlier buckets, and its platform's
-- bucket may be compared. Whatever was not judged says why, and whatever was says nothing.
--
-- Severity: stop
-- Gate: trends
-- Table: signals
-- In Indonesian: Sinyal hanya ada bila memenuhi metode: q paling tinggi menurut ambang rumpunnya, 4 sampai 8 periode pembanding, cakupan memadai; yang tidak dinilai menyebut alasannya.
-- Hint: A cell was judged that must not be, or one that was not judged gives no reason.
-- Hint in Indonesian: Ada yang dinilai padahal tidak boleh, atau tidak dinilai tanpa alasan.

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'baseline_least') AS baseline_least,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'baseline_most') AS baseline_most
    FROM seeds.method
),

levels AS (
    SELECT families.family, CAST(constants.value AS DOUBLE) AS signal_q
    FROM seeds.families AS families
    JOIN seeds.method AS constants ON families.level = constants.name
)

SELECT
    signals.week,
    signals.phase,
    signals.platform,
    signals.family,
    signals.subject,
    signals.q,
    signals.direction,
    signals.reason,
    buckets.reason AS bucket_reason
FROM trends.signals AS signals
CROSS JOIN method
JOIN levels ON signals.family = levels.family
JOIN core.buckets AS buckets
    ON signals.week = buckets.week AND signals.phase = buckets.phase AND signals.platform = buckets.platform
WHERE
    signals.signal <> coalesce(signals.q <= levels.signal_q, false)
    OR signals.signal <> (signals.direction IS NOT NULL)
    OR (signals.reason IS NULL) <> (signals.q IS NOT NULL)
    OR (
        signals.q IS NOT NULL
        AND signals.baseline_buckets NOT BETWEEN method.baseline_least AND method.baseline_most
    )
    OR (signals.p IS NOT NULL AND signals.platform <> 'all' AND buckets.reason IS NOT NULL)
