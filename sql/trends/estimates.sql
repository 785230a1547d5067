-- How many posts of each class of indication there are, and not only how many were flagged: estimated from the office's
-- own reviews of flagged posts and of a random part of the others (core.samples; method, section 10). The method is in
-- flows/trends/estimates.py, which turns the rows of this query into those of this table: stratified double sampling,
-- beta-binomial draws, misses pooled over the latest buckets of the same label version. flagged, confirmed and estimate
-- are three things: what the labels marked, what two coders agreed on, and what there is with its 95 % limits. Without
-- reviews there is no estimate. Of an adjudicated post the adjudicator's code holds; an undetected post on which coders
-- disagree is no miss, and one that nobody drew is none that was sampled. Posts that are gone are in none of the counts.
--
-- form    direct; ratio: the flags jumped, and those that are right are divided by the recall of the buckets before
-- reason  not_collected; flags_not_reviewed: no flagged post of the bucket has an agreed code; others_not_reviewed: of
--         the posts that were flagged as something else, or as nothing, none was reviewed in the pooled buckets
--
-- Kind: computed
-- Grain: week, phase, indication
-- Columns: week, phase, indication, first_day, label_version, flagged, reviewed, confirmed, sampled, missed, estimate,
--   low, high, form, precision, precision_low, precision_high, recall, recall_low, recall_high, pooled_buckets, reason

WITH counted AS (
    SELECT
        bucket,
        count(*) FILTER (WHERE len(indications) > 0) AS detected,
        count(*) FILTER (WHERE len(indications) = 0) AS undetected
    FROM core.posts
    WHERE state = 'live' AND text IS NOT NULL
    GROUP BY bucket
),

flagged AS (
    SELECT bucket, indication, count(*) AS posts
    FROM (
        SELECT bucket, unnest(indications) AS indication
        FROM core.posts
        WHERE state = 'live' AND text IS NOT NULL AND len(indications) > 0
    )
    GROUP BY bucket, indication
),

-- A post has one code; one on which coders disagree waits for a third person, and is no miss meanwhile.
coded AS (
    SELECT
        posts.bucket,
        items.indications,
        if(items.code IS NULL, 'none', items.code) AS code
    FROM core.review_items AS items
    JOIN core.posts AS posts ON items.platform = posts.platform AND items.post_id = posts.post_id
    LEFT JOIN core.samples AS samples ON items.platform = samples.platform AND items.post_id = samples.post_id
    WHERE
        items.state = 'live'
        AND posts.text IS NOT NULL
        AND (items.is_detected OR samples.post_id IS NOT NULL)
        AND (items.code IS NOT NULL OR (items.outcome = 'disagreed' AND NOT items.is_detected))
),

spine AS (
    SELECT
        buckets.week,
        buckets.phase,
        buckets.first_day,
        buckets.status,
        buckets.label_version,
        indications.code AS indication,
        bands.band
    FROM core.buckets AS buckets
    CROSS JOIN seeds.indications AS indications
    CROSS JOIN (SELECT unnest(['flagged', 'other', 'undetected']) AS band) AS bands
    WHERE buckets.platform = 'all'
),

reviewed AS (
    SELECT
        coded.bucket,
        indications.code AS indication,
        CASE
            WHEN list_contains(coded.indications, indications.code) THEN 'flagged'
            WHEN len(coded.indications) > 0 THEN 'other'
            ELSE 'undetected'
        END AS band,
        count(*) AS reviewed,
        count(*) FILTER (WHERE coded.code = indications.code) AS confirmed
    FROM coded
    CROSS JOIN seeds.indications AS indications
    GROUP BY coded.bucket, indications.code, band
)

SELECT
    spine.week,
    spine.phase,
    spine.first_day,
    spine.status,
    spine.label_version,
    spine.indication,
    spine.band,
    CASE spine.band
        WHEN 'flagged' THEN coalesce(flagged.posts, 0)
        WHEN 'other' THEN coalesce(counted.detected, 0) - coalesce(flagged.posts, 0)
        ELSE coalesce(counted.undetected, 0)
    END AS posts,
    coalesce(reviewed.reviewed, 0) AS reviewed,
    coalesce(reviewed.confirmed, 0) AS confirmed
FROM spine
LEFT JOIN counted ON spine.first_day = counted.bucket
LEFT JOIN flagged ON spine.first_day = flagged.bucket AND spine.indication = flagged.indication
LEFT JOIN reviewed
    ON spine.first_day = reviewed.bucket AND spine.indication = reviewed.indication AND spine.band = reviewed.band
