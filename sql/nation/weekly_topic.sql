-- trends.weekly_topic of every regency, as its last report has it.
--
-- Grain: regency_code, week, phase, platform, topic
-- Columns: regency_code, week, phase, platform, topic, first_day, last_day, days, posts, labelled, authors, negative, neutral,
--   positive, net_sentiment, net_low, net_high, detected, per_1000, per_1000_low, per_1000_high, share, coverage, status

SELECT
    regency_code, week, phase, platform, topic, first_day, last_day, days, posts, labelled, authors, negative, neutral, positive,
    net_sentiment, net_low, net_high, detected, per_1000, per_1000_low, per_1000_high, share, coverage, status
FROM published.weekly_topic
ORDER BY regency_code, week, phase, platform, topic
