-- Posts in which an indication was detected, by platform and content type. A post counts once in each of its
-- indications. Every indication of the seed has a row in every bucket: 0 is a finding whose per_1000_high is the upper
-- bound, NULL is a gap. Unlike the other tables, per_1000 is of exposure: all labelled posts of the bucket. Methods are
-- named in trends.weekly_measures: Garwood's exact Poisson limits (counting error only, label error not included).
-- Detected automatically, not reviewed: never a violation.
--
-- Grain: week, phase, platform, indication
-- Columns:
--   week | VARCHAR | - | ISO week, as 2024-W06
--   phase | VARCHAR | - | pre_campaign, campaign, quiet, voting_day or post_election
--   platform | VARCHAR | - | tiktok, facebook, instagram or all
--   indication | VARCHAR | - | code of seeds.indications
--   first_day | DATE | - | first local day (WIB) of the bucket
--   last_day | DATE | - | last local day (WIB) of the bucket
--   days | BIGINT | days | length of the bucket, 1 to 7
--   posts | BIGINT | posts | live posts with this indication; NULL where nothing was collected
--   labelled | BIGINT | posts | of these, posts with a sentiment: negative + neutral + positive
--   authors | BIGINT | authors | known authors of these posts; the same person on two platforms counts twice
--   negative | BIGINT | posts | labelled negative
--   neutral | BIGINT | posts | labelled neutral
--   positive | BIGINT | posts | labelled positive
--   net_sentiment | DOUBLE | -1 to 1 | (positive - negative) / labelled
--   net_low | DOUBLE | -1 to 1 | lower 95 % limit; NULL below 30 labelled posts
--   net_high | DOUBLE | -1 to 1 | upper 95 % limit; NULL below 30 labelled posts
--   detected | BIGINT | posts | the same as posts: detected automatically, not reviewed
--   per_1000 | DOUBLE | per 1,000 posts | detected / exposure
--   per_1000_low | DOUBLE | per 1,000 posts | lower 95 % limit; counting error only
--   per_1000_high | DOUBLE | per 1,000 posts | upper 95 % limit; counting error only
--   coverage | DOUBLE | 0 to 1 | succeeded / planned query-days; NULL without a plan
--   status | VARCHAR | - | observed, partial, not_collected or unknown
--   observed_days | BIGINT | days | days of which anything was collected
--   is_complete | BOOLEAN | - | whether something was collected of every day
--   is_comparable | BOOLEAN | - | whether it may be compared with other buckets: reason is NULL
--   reason | VARCHAR | - | why it may not be compared (see core.buckets); NULL when it may
--   exposure | BIGINT | posts | labelled posts of the bucket, whatever their indications
--   design_effect | DOUBLE | ratio | by which author clusters widen the variance of net_sentiment

SELECT
    buckets.week,
    buckets.phase,
    buckets.platform,
    measures.subject AS indication,
    buckets.first_day,
    buckets.last_day,
    buckets.days,
    measures.posts,
    measures.labelled,
    measures.authors,
    measures.negative,
    measures.neutral,
    measures.positive,
    measures.net_sentiment,
    measures.net_low,
    measures.net_high,
    measures.detected,
    measures.per_1000,
    measures.per_1000_low,
    measures.per_1000_high,
    buckets.coverage,
    buckets.status,
    buckets.observed_days,
    buckets.is_complete,
    buckets.is_comparable,
    buckets.reason,
    measures.exposure,
    measures.design_effect
FROM core.buckets AS buckets
JOIN trends.weekly_measures AS measures
    ON buckets.week = measures.week AND buckets.phase = measures.phase AND buckets.platform = measures.platform
WHERE measures.dimension = 'indication'
ORDER BY buckets.first_day, buckets.platform, measures.subject
