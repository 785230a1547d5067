-- The frame that the review sample is drawn from, counted: the posts of base.review_bands that have the same classes.
--
-- Grain: bucket, label_version, band, indications
-- Columns: week, bucket, label_version, band, indications, strata, posts, scored_posts, scores

SELECT
    week,
    bucket,
    label_version,
    band,
    indications,
    any_value(strata) AS strata,
    count(*) AS posts,
    count(sentiment_score) AS scored_posts,
    sum(CAST(sentiment_score AS DECIMAL(18, 9))) AS scores
FROM base.review_bands
GROUP BY week, bucket, label_version, band, indications
ORDER BY bucket, label_version, band, indications
