-- How many posts of each class of indication there are, and not only how many were flagged: estimated from the office's
-- own reviews of flagged posts and of a random part of the others (core.samples; method, section 10). The method is in
-- flows/trends/estimates.py, which turns the rows of this query into those of this table: stratified double sampling in
-- bands of probability, misses pooled over the latest buckets of the same label version. flagged, confirmed and estimate
-- are three things: what the labels marked, what two coders agreed on, and what there is with its 95 % limits. Without
-- reviews there is no estimate. Of an adjudicated post the adjudicator's code holds; an undetected post on which coders
-- disagree is no miss, and one that nobody drew is none that was sampled. Posts that are gone are in none of the counts.
--
-- form    direct: misses of the bands as the pooled buckets had them; ratio: so many misses a right flag as they had, from
--         estimate_flags confirmed flags on, which follows a rise and a fall
-- reason  not_collected; flags_not_reviewed: no drawn flagged post of the bucket has an agreed code; others_not_reviewed:
--         of a band of the other posts none was reviewed in the pooled buckets
--
-- Kind: computed
-- Grain: week, phase, indication
-- Columns: week, phase, indication, first_day, label_version, flagged, reviewed, confirmed, sampled, missed, estimate,
--   low, high, form, precision, precision_low, precision_high, recall, recall_low, recall_high, pooled_buckets, reason

-- The strata of a class: its flagged posts and those of other classes, each whole or by a part that was drawn of them,
-- and the bands of the undetected ones.
WITH frame AS (
    SELECT
        chances.bucket,
        chances.indications,
        chances.band,
        chances.inclusion < 1 AS is_part,
        chances.posts
    FROM base.review_chances AS chances
),

-- A post has one code; one on which coders disagree waits for a third person, and is no miss meanwhile.
coded AS (
    SELECT
        turns.bucket,
        turns.indications,
        turns.band,
        samples.inclusion < 1 AS is_part,
        if(items.code IS NULL, 'none', items.code) AS code
    FROM core.samples AS samples
    JOIN base.review_turns AS turns ON samples.platform = turns.platform AND samples.post_id = turns.post_id
    JOIN core.review_items AS items ON samples.platform = items.platform AND samples.post_id = items.post_id
    WHERE items.code IS NOT NULL OR (items.outcome = 'disagreed' AND NOT items.is_detected)
),

parts AS (
    SELECT
        frame.bucket,
        indications.code AS indication,
        CASE
            WHEN frame.band <> 'flagged' THEN frame.band
            ELSE concat(
                if(list_contains(frame.indications, indications.code), 'flagged', 'other'),
                if(frame.is_part, '_part', '')
            )
        END AS band,
        frame.posts,
        0 AS reviewed,
        0 AS confirmed
    FROM frame
    CROSS JOIN seeds.indications AS indications
    UNION ALL
    SELECT
        coded.bucket,
        indications.code,
        CASE
            WHEN coded.band <> 'flagged' THEN coded.band
            ELSE concat(
                if(list_contains(coded.indications, indications.code), 'flagged', 'other'),
                if(coded.is_part, '_part', '')
            )
        END,
        0,
        1,
        if(coded.code = indications.code, 1, 0)
    FROM coded
    CROSS JOIN seeds.indications AS indications
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
    CROSS JOIN (
        SELECT unnest(['flagged', 'flagged_part', 'other', 'other_part', 'high', 'middle', 'low']) AS band
    ) AS bands
    WHERE buckets.platform = 'all'
)

SELECT
    spine.week,
    spine.phase,
    spine.first_day,
    spine.status,
    spine.label_version,
    spine.indication,
    spine.band,
    CAST(coalesce(sum(parts.posts), 0) AS BIGINT) AS posts,
    CAST(coalesce(sum(parts.reviewed), 0) AS BIGINT) AS reviewed,
    CAST(coalesce(sum(parts.confirmed), 0) AS BIGINT) AS confirmed
FROM spine
LEFT JOIN parts
    ON spine.first_day = parts.bucket AND spine.indication = parts.indication AND spine.band = parts.band
GROUP BY ALL
