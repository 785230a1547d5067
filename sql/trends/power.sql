-- What size of burst is found, at the exposures of each bucket: so many units more than expected, alone in their family,
-- are called a signal with the probability named. What is smaller is likely missed. Label error is not included: with a
-- recall of one half a burst must be twice as large.
--
-- Kind: view
-- Grain: week, phase, platform, family, subject
-- Columns:
--   week | VARCHAR | - | ISO week, as 2024-W06
--   phase | VARCHAR | - | pre_campaign, campaign, quiet, voting_day or post_election
--   platform | VARCHAR | - | tiktok, facebook, instagram or all
--   family | VARCHAR | - | indications, volumes, sentiment, topics or districts
--   subject | VARCHAR | - | as in trends.signals
--   exposure | DOUBLE | see family | as in trends.signals
--   expected | DOUBLE | units | as in trends.signals
--   burst_50 | BIGINT | units | found with a probability of 50 %
--   burst_80 | BIGINT | units | found with a probability of 80 %
--   burst_95 | BIGINT | units | found with a probability of 95 %

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
