-- How often the labels are right, class by class: precision and recall with 95 % intervals. From own_reviews flagged posts
-- with an agreed code on they are the office's own: precision of the flags of the labels in use that two coders looked at
-- (Wilson 1927, J Am Stat Assoc 22:209), recall from trends.estimates of the latest bucket whose sample was reviewed. Until
-- then they are those of a named test set, which is rich in what is looked for, so that they are upper bounds. A class that
-- was not measured on real text is a review list with a count: no rate, no signal, no level.
--
-- Grain: family, code
-- Columns: family, code, test_set_id, test_set_en, is_real, is_measured, posts, positives, flagged, correct,
--   precision, precision_low, precision_high, recall, recall_low, recall_high, flags_per_1000, flag_posts, own_reviews,
--   is_own

WITH method AS (
    SELECT
        max(CAST(value AS BIGINT)) FILTER (WHERE name = 'own_reviews') AS own_reviews,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'normal_quantile') AS z
    FROM seeds.method
),

newest AS (
    SELECT arg_max(label_version, created_at) AS label_version FROM core.posts WHERE state = 'live'
),

counted AS (
    SELECT
        classes.code,
        count(*) AS reviews,
        count(*) FILTER (WHERE items.code = classes.code) AS confirmed
    FROM core.review_items AS items
    JOIN core.posts AS posts ON items.platform = posts.platform AND items.post_id = posts.post_id
    JOIN newest ON posts.label_version = newest.label_version
    CROSS JOIN unnest(items.indications) AS classes(code)
    WHERE items.is_detected AND items.code IS NOT NULL
    GROUP BY classes.code
),

own AS (
    SELECT
        counted.code,
        counted.reviews,
        counted.confirmed,
        counted.confirmed / counted.reviews AS share,
        counted.reviews + method.z * method.z AS size,
        counted.confirmed + method.z * method.z / 2 AS middle,
        method.z * sqrt(
            counted.confirmed * (1 - counted.confirmed / counted.reviews) + power(method.z / 2, 2)
        ) AS root,
        counted.reviews >= method.own_reviews AS is_enough
    FROM counted
    CROSS JOIN method
),

caught AS (
    SELECT estimates.indication AS code, estimates.recall, estimates.recall_low, estimates.recall_high
    FROM trends.estimates AS estimates
    JOIN newest ON estimates.label_version = newest.label_version
    WHERE estimates.recall IS NOT NULL AND estimates.sampled > 0
    QUALIFY row_number() OVER (PARTITION BY estimates.indication ORDER BY estimates.first_day DESC) = 1
)

SELECT
    known.family,
    known.code,
    known.test_set_id,
    known.test_set_en,
    known.is_real OR coalesce(own.is_enough, false) AS is_real,
    known.is_measured,
    known.posts,
    if(own.is_enough, NULL, known.positives) AS positives,
    if(own.is_enough, own.reviews, known.flagged) AS flagged,
    if(own.is_enough, own.confirmed, known.correct) AS correct,
    if(own.is_enough, round(own.share, 9), known.precision) AS precision,
    if(own.is_enough, round((own.middle - own.root) / own.size, 9), known.precision_low) AS precision_low,
    if(own.is_enough, round((own.middle + own.root) / own.size, 9), known.precision_high) AS precision_high,
    if(own.is_enough, caught.recall, known.recall) AS recall,
    if(own.is_enough, caught.recall_low, known.recall_low) AS recall_low,
    if(own.is_enough, caught.recall_high, known.recall_high) AS recall_high,
    known.flags_per_1000,
    known.flag_posts,
    coalesce(own.reviews, 0) AS own_reviews,
    coalesce(own.is_enough, false) AS is_own
FROM base.label_quality AS known
LEFT JOIN own ON known.family = 'indications' AND known.code = own.code
LEFT JOIN caught ON own.code = caught.code
ORDER BY known.family, known.code
