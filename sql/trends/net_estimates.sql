-- Net sentiment as two coders read it, told from their reviews of drawn posts (core.samples) and, since the labels of every
-- post help, with far fewer of them than that would need (method, section 10). The method is in
-- flows/trends/net_estimates.py. The limits hold label error, which those of trends.weekly_platform do not. Of a post that
-- was adjudicated the adjudicator's word holds; where two coders differ and nobody decided, the middle of both, since to
-- leave such posts out would leave out the doubtful ones. Posts that nobody drew, that are gone, or of which coders said no
-- sentiment are not counted as reviewed.
--
-- reason  not_collected; not_reviewed: nobody said the sentiment of a drawn post; few_reviewed: of fewer than net_posts, or
--         of none in one of the strata
--
-- Kind: computed
-- Grain: week, phase
-- Columns: week, phase, first_day, label_version, labelled, reviewed, net_scored, label_weight, estimate, low, high, reason

WITH method AS (
    SELECT CAST(value AS BIGINT) AS coders_agree FROM seeds.method WHERE name = 'coders_agree'
),

said AS (
    SELECT
        reviews.platform,
        reviews.post_id,
        count(*) FILTER (WHERE reviews.stage = 'reviewed') AS coders,
        avg(CAST(sentiments.value AS DOUBLE)) FILTER (WHERE reviews.stage = 'reviewed') AS middle,
        arg_max(CAST(sentiments.value AS DOUBLE), reviews.landed_at) FILTER (WHERE reviews.stage = 'adjudicated')
            AS decided
    FROM core.reviews AS reviews
    JOIN seeds.sentiments AS sentiments ON reviews.sentiment = sentiments.code
    GROUP BY reviews.platform, reviews.post_id
),

reviewed AS (
    SELECT
        turns.bucket,
        if(turns.band = 'flagged' AND samples.inclusion < 1, 'flagged_part', turns.band) AS stratum,
        samples.platform,
        samples.post_id,
        1 / samples.inclusion AS weight,
        turns.sentiment_score AS score,
        coalesce(said.decided, if(said.coders >= method.coders_agree, said.middle, NULL)) AS said
    FROM core.samples AS samples
    JOIN base.review_turns AS turns ON samples.platform = turns.platform AND samples.post_id = turns.post_id
    JOIN said ON samples.platform = said.platform AND samples.post_id = said.post_id
    CROSS JOIN method
    WHERE turns.sentiment_score IS NOT NULL
),

lists AS (
    SELECT
        bucket,
        stratum,
        list({'said': said, 'score': score, 'weight': weight} ORDER BY platform, post_id) AS reviews
    FROM reviewed
    WHERE said IS NOT NULL
    GROUP BY bucket, stratum
),

counts AS (
    SELECT
        bucket,
        if(band = 'flagged' AND inclusion < 1, 'flagged_part', band) AS stratum,
        CAST(sum(scored_posts) AS BIGINT) AS posts,
        CAST(sum(scores) AS DOUBLE) AS scored
    FROM base.review_chances
    WHERE scored_posts > 0
    GROUP BY bucket, stratum
),

strata AS (
    SELECT counts.bucket, counts.stratum, counts.posts, counts.scored, coalesce(lists.reviews, []) AS reviews
    FROM counts
    LEFT JOIN lists ON counts.bucket = lists.bucket AND counts.stratum = lists.stratum
)

SELECT
    buckets.week,
    buckets.phase,
    buckets.first_day,
    buckets.label_version,
    buckets.status,
    strata.stratum,
    strata.posts,
    strata.scored,
    strata.reviews
FROM core.buckets AS buckets
LEFT JOIN strata ON buckets.first_day = strata.bucket
WHERE buckets.platform = 'all'
ORDER BY buckets.first_day, strata.stratum
