-- Volume, sentiment and detections of every bucket, by platform and topic. A post counts once in each of its topics, so
-- shares may add up to more than 1. Every topic of the seed has a row in every bucket: 0 is a finding, NULL is a gap.
-- Methods are named in trends.weekly_measures: share by Wilson or, where n p < 5, Clopper-Pearson; Bonett-Price
-- interval of net_sentiment, widened by author clusters (label error not included); Garwood's exact limits of per_1000.
--
-- Grain: week, phase, platform, topic
-- Columns:
--   week | VARCHAR | - | ISO week, as 2024-W06
--   phase | VARCHAR | - | pre_campaign, campaign, quiet, voting_day or post_election
--   platform | VARCHAR | - | tiktok, facebook, instagram or all
--   topic | VARCHAR | - | code of seeds.topics
--   first_day | DATE | - | first local day (WIB) of the bucket
--   last_day | DATE | - | last local day (WIB) of the bucket
--   days | BIGINT | days | length of the bucket, 1 to 7
--   posts | BIGINT | posts | live posts of the topic; NULL where nothing was collected
--   labelled | BIGINT | posts | of these, posts with a sentiment: negative + neutral + positive
--   authors | BIGINT | authors | known authors of these posts; the same person on two platforms counts twice
--   negative | BIGINT | posts | labelled negative
--   neutral | BIGINT | posts | labelled neutral
--   positive | BIGINT | posts | labelled positive
--   net_sentiment | DOUBLE | -1 to 1 | (positive - negative) / labelled
--   net_low | DOUBLE | -1 to 1 | lower 95 % limit; NULL below 30 labelled posts
--   net_high | DOUBLE | -1 to 1 | upper 95 % limit; NULL below 30 labelled posts
--   detected | BIGINT | posts | of these, posts with at least one indication, not reviewed
--   per_1000 | DOUBLE | per 1,000 posts | detected / labelled
--   per_1000_low | DOUBLE | per 1,000 posts | lower 95 % limit; counting error only
--   per_1000_high | DOUBLE | per 1,000 posts | upper 95 % limit; counting error only
--   share | DOUBLE | 0 to 1 | posts / live posts of the bucket on the platform
--   share_low | DOUBLE | 0 to 1 | lower 95 % limit
--   share_high | DOUBLE | 0 to 1 | upper 95 % limit
--   coverage | DOUBLE | 0 to 1 | succeeded / planned query-days; NULL without a plan
--   status | VARCHAR | - | observed, partial, not_collected or unknown
--   observed_days | BIGINT | days | days of which anything was collected
--   is_complete | BOOLEAN | - | whether something was collected of every day
--   is_comparable | BOOLEAN | - | whether it may be compared with other buckets: reason is NULL
--   reason | VARCHAR | - | why it may not be compared (see core.buckets); NULL when it may
--   design_effect | DOUBLE | ratio | by which author clusters widen the variance of net_sentiment

SELECT
    buckets.week,
    buckets.phase,
    buckets.platform,
    measures.subject AS topic,
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
    measures.share,
    measures.share_low,
    measures.share_high,
    buckets.coverage,
    buckets.status,
    buckets.observed_days,
    buckets.is_complete,
    buckets.is_comparable,
    buckets.reason,
    measures.design_effect
FROM core.buckets AS buckets
JOIN trends.weekly_measures AS measures
    ON buckets.week = measures.week AND buckets.phase = measures.phase AND buckets.platform = measures.platform
WHERE measures.dimension = 'topic'
ORDER BY buckets.first_day, buckets.platform, measures.subject
