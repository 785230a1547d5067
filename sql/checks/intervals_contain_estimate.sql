-- Every interval contains its estimate.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_measures
-- In Indonesian: Setiap selang memuat nilainya.
-- Hint: An interval was computed from other counts than its estimate.
-- Hint in Indonesian: Selang dihitung dari jumlah yang berbeda dengan nilainya.

SELECT
    week,
    phase,
    platform,
    dimension,
    subject,
    [net_low, net_sentiment, net_high] AS net,
    [per_1000_low, per_1000, per_1000_high] AS per_1000,
    [share_low, share, share_high] AS share
FROM trends.weekly_measures
WHERE
    net_sentiment NOT BETWEEN net_low AND net_high
    OR per_1000 NOT BETWEEN per_1000_low AND per_1000_high
    OR share NOT BETWEEN share_low AND share_high
