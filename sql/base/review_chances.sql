-- The rows of base.review_frame with the chance that core.draws gives each of their posts to be asked about. Posts flagged
-- as several classes are drawn with each of them, so that their chance is the largest of theirs. Not published.
--
-- Grain: bucket, label_version, band, indications
-- Columns: week, bucket, label_version, band, indications, posts, scored_posts, scores, inclusion

SELECT
    frame.week,
    frame.bucket,
    frame.label_version,
    frame.band,
    frame.indications,
    any_value(frame.posts) AS posts,
    any_value(frame.scored_posts) AS scored_posts,
    any_value(frame.scores) AS scores,
    max(draws.inclusion) AS inclusion
FROM base.review_frame AS frame
CROSS JOIN unnest(frame.strata) AS strata(stratum)
LEFT JOIN core.draws AS draws
    ON frame.week = draws.week AND frame.label_version = draws.label_version AND strata.stratum = draws.stratum
GROUP BY frame.week, frame.bucket, frame.label_version, frame.band, frame.indications
ORDER BY frame.bucket, frame.label_version, frame.band, frame.indications
