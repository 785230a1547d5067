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

frame AS (
    SELECT
        chances.bucket,
        if(chances.band = 'flagged' AND chances.inclusion < 1, 'flagged_part', chances.band) AS stratum,
        chances.platform,
        chances.post_id,
        1 / chances.inclusion AS weight,
        chances.sentiment_score AS score,
        CASE
            WHEN chances.is_drawn THEN coalesce(said.decided, if(said.coders >= method.coders_agree, said.middle, NULL))
        END AS said
    FROM base.review_chances AS chances
    CROSS JOIN method
    LEFT JOIN said ON chances.platform = said.platform AND chances.post_id = said.post_id
    WHERE chances.sentiment_score IS NOT NULL
),

strata AS (
    SELECT
        bucket,
        stratum,
        count(*) AS posts,
        CAST(sum(CAST(score AS DECIMAL(18, 9))) AS DOUBLE) AS scored,
        coalesce(
            list({'said': said, 'score': score, 'weight': weight} ORDER BY platform, post_id)
                FILTER (WHERE said IS NOT NULL),
            []
        ) AS reviews
    FROM frame
    GROUP BY bucket, stratum
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
