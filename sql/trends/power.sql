-- What size of burst is found, at the exposures of each bucket: so many units more than expected, alone in their family,
-- are called a signal with the probability named. What is smaller is likely missed. Label error is not included: with a
-- recall of one half a burst must be twice as large.
--
-- Kind: view
-- Grain: week, phase, platform, family, subject
-- Columns: week, phase, platform, family, subject, exposure, expected, burst_50, burst_80, burst_95

SELECT
    week,
    phase,
    platform,
    family,
    subject,
    exposure,
    expected,
    burst_50,
    burst_80,
    burst_95
FROM trends.signals
WHERE burst_95 IS NOT NULL
