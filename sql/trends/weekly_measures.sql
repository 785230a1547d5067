-- Every weekly number in one long table: the four weekly_* tables are its rows by dimension. Counts are live posts; a
-- removed post leaves them, so old weeks may fall. A post counts once in each of its topics, indications and
-- districts; a post that names no place counts as district 'unknown'. Counts are 0 where something was collected and
-- nothing found, NULL where nothing was collected.
--
-- net_sentiment  (positive - negative) / labelled, with the Bonett-Price interval for paired proportions (Bonett &
--                Price 2012, J Educ Behav Stat 37:479): p1 = (positive+1)/(n+2), p2 = (negative+1)/(n+2),
--                p1 - p2 +- z sqrt(deff (p1 + p2 - (p1 - p2)^2) / (n+2)), cut at -1 and 1. deff is the design effect of
--                authors as clusters: the clustered variance of the ratio estimator over that of a simple sample
--                (Kish 1965; Cochran 1977, ch. 9A), at least 1. Posts of hidden authors are clusters of one. None below
--                30 labelled posts, or when all come from one author. Label error is not included.
-- per_1000       detected per 1,000 of exposure, with Garwood's exact Poisson limits (Garwood 1936, Biometrika 28:437)
--                from seeds.poisson_limits; above its last count Byar's approximation (Breslow & Day 1987, p. 69).
--                Counting error only, label error not included.
-- share          of the bucket's posts, with Wilson's interval (Wilson 1927) where n p >= 5, otherwise Clopper-Pearson
--                (Clopper & Pearson 1934, Biometrika 26:404), solved by bisection. Zero seen gives an upper bound.
--
-- Grain: week, phase, platform, dimension, subject
-- Columns: week, phase, platform, dimension, subject, posts, labelled, authors, negative, neutral, positive,
--   net_sentiment, net_low, net_high, design_effect, detected, exposure, per_1000, per_1000_low, per_1000_high,
--   share, share_low, share_high

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'normal_quantile') AS z,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'limit_tail') AS tail,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'exact_share_below') AS exact_below,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'net_posts') AS net_posts
    FROM seeds.method
),

subjects AS (
    SELECT 'platform' AS dimension, 'all' AS subject
    UNION ALL
    SELECT 'topic', code FROM seeds.topics
    UNION ALL
    SELECT 'indication', code FROM seeds.indications
    UNION ALL
    SELECT 'district', code FROM seeds.places WHERE kind = 'district'
    UNION ALL
    SELECT 'district', 'unknown'
),

-- A cluster is an author's posts on a platform in a bucket, named by a hash while counting.
live AS NOT MATERIALIZED (
    SELECT
        calendar.bucket,
        posts.platform,
        hash(calendar.bucket, posts.platform, posts.author_key) AS cluster,
        posts.sentiment,
        posts.topics,
        posts.indications,
        posts.districts
    FROM base.posts AS posts
    JOIN core.calendar AS calendar ON posts.day = calendar.day
    WHERE posts.state = 'live' AND posts.author_key IS NOT NULL
),

-- Who posted more than once: the few of whom it matters that posts of one author are a cluster.
busy AS (
    SELECT cluster
    FROM live
    GROUP BY cluster
    HAVING count(*) > 1
),

theirs AS MATERIALIZED (
    SELECT live.*
    FROM live
    SEMI JOIN busy ON live.cluster = busy.cluster
),

about AS (
    SELECT 'platform' AS dimension, 'all' AS subject, bucket, platform, cluster, sentiment FROM theirs
    UNION ALL
    SELECT 'topic', unnest(topics), bucket, platform, cluster, sentiment FROM theirs
    UNION ALL
    SELECT 'indication', unnest(indications), bucket, platform, cluster, sentiment FROM theirs
    UNION ALL
    SELECT 'district', unnest(if(len(districts) = 0, ['unknown'], districts)), bucket, platform, cluster, sentiment
    FROM theirs
),

authors AS (
    SELECT
        bucket,
        platform,
        dimension,
        subject,
        count(*) AS posts,
        count(sentiment) AS labelled,
        count_if(sentiment = 'positive') - count_if(sentiment = 'negative') AS y,
        count_if(sentiment = 'positive') + count_if(sentiment = 'negative') AS toned
    FROM about
    GROUP BY bucket, platform, dimension, subject, cluster
),

-- The number of authors, and the cluster sums of y = positive - negative and n = labelled, as if every post had an author
-- of its own: by how much those who posted more than once change them.
shared AS (
    SELECT
        bucket,
        coalesce(platform, 'all') AS platform,
        dimension,
        subject,
        sum(1 - posts) AS authors,
        sum(CAST(labelled > 0 AS BIGINT) - labelled) AS clusters,
        sum(y * y - toned) AS yy,
        sum(y * labelled - y) AS yn,
        sum(labelled * labelled - labelled) AS nn
    FROM authors
    GROUP BY GROUPING SETS ((bucket, platform, dimension, subject), (bucket, dimension, subject))
),

-- Every subject of every bucket: 0 where something was collected, NULL where nothing was.
filled AS (
    SELECT
        buckets.week,
        buckets.phase,
        buckets.first_day,
        buckets.platform,
        subjects.dimension,
        subjects.subject,
        if(buckets.status = 'not_collected', NULL, coalesce(counts.posts, 0)) AS posts,
        if(buckets.status = 'not_collected', NULL, coalesce(counts.labelled, 0)) AS labelled,
        if(
            buckets.status = 'not_collected',
            NULL,
            CAST(coalesce(counts.keyed, 0) + coalesce(shared.authors, 0) AS BIGINT)
        ) AS authors,
        if(buckets.status = 'not_collected', NULL, coalesce(counts.negative, 0)) AS negative,
        if(
            buckets.status = 'not_collected',
            NULL,
            coalesce(counts.labelled - counts.negative - counts.positive, 0)
        ) AS neutral,
        if(buckets.status = 'not_collected', NULL, coalesce(counts.positive, 0)) AS positive,
        if(buckets.status = 'not_collected', NULL, coalesce(counts.detected, 0)) AS detected,
        CAST(counts.labelled + coalesce(shared.clusters, 0) AS DOUBLE) AS clusters,
        CAST(counts.positive + counts.negative + coalesce(shared.yy, 0) AS DOUBLE) AS yy,
        CAST(counts.positive - counts.negative + coalesce(shared.yn, 0) AS DOUBLE) AS yn,
        CAST(counts.labelled + coalesce(shared.nn, 0) AS DOUBLE) AS nn
    FROM core.buckets AS buckets
    CROSS JOIN subjects
    LEFT JOIN base.subject_counts AS counts
        ON buckets.first_day = counts.bucket
        AND buckets.platform = counts.platform
        AND subjects.dimension = counts.dimension
        AND subjects.subject = counts.subject
    LEFT JOIN shared
        ON buckets.first_day = shared.bucket
        AND buckets.platform = shared.platform
        AND subjects.dimension = shared.dimension
        AND subjects.subject = shared.subject
),

-- Exposure and the bucket's posts come from dimension platform. A
-- window and not a join of the rows with themselves: DuckDB 2.0 may fail inside such a join (dictionary caching).
prepared AS (
    SELECT
        *,
        if(dimension = 'indication', max(if(dimension = 'platform', labelled, NULL)) OVER whole, labelled) AS exposure,
        if(dimension = 'platform', NULL, max(if(dimension = 'platform', posts, NULL)) OVER whole) AS bucket_posts,
        (positive - negative) / nullif(labelled, 0) AS net,
        (positive + 1) / (labelled + 2) AS p1,
        (negative + 1) / (labelled + 2) AS p2
    FROM filled
    CROSS JOIN method
    WINDOW whole AS (PARTITION BY first_day, platform)
),

clustered AS (
    SELECT
        *,
        CASE
            WHEN clusters >= 2 THEN greatest(1, coalesce(
                (clusters / (clusters - 1)) * (yy - 2 * net * yn + net * net * nn)
                / nullif((labelled / (labelled - 1)) * (positive + negative - labelled * net * net), 0),
                1
            ))
        END AS design_effect,
        z * sqrt(design_effect * (p1 + p2 - (p1 - p2) * (p1 - p2)) / (labelled + 2)) AS half_width,
        z * sqrt(posts * (1 - posts / nullif(bucket_posts, 0)) + z * z / 4) AS wilson_root
    FROM prepared
),

-- Clopper-Pearson where posts are few: P(X >= posts | low) = P(X <= posts | high) = tail. `ways` are the binomial
-- coefficients of the few terms that these sums have; sixty halvings of [0, 1] reach the last bit of a double.
rare AS (
    SELECT
        seen,
        total,
        list_reduce(
            list_transform(range(61), lambda step: {'low': CAST(0 AS DOUBLE), 'high': CAST(1 AS DOUBLE)}),
            lambda span, step: if(
                list_sum(list_transform(
                    range(seen),
                    lambda i: ways[i + 1] * pow((span.low + span.high) / 2, i)
                        * pow(1 - (span.low + span.high) / 2, total - i)
                )) > 1 - tail,
                {'low': (span.low + span.high) / 2, 'high': span.high},
                {'low': span.low, 'high': (span.low + span.high) / 2}
            )
        ).low AS low,
        list_reduce(
            list_transform(range(61), lambda step: {'low': CAST(0 AS DOUBLE), 'high': CAST(1 AS DOUBLE)}),
            lambda span, step: if(
                list_sum(list_transform(
                    range(seen + 1),
                    lambda i: ways[i + 1] * pow((span.low + span.high) / 2, i)
                        * pow(1 - (span.low + span.high) / 2, total - i)
                )) > tail,
                {'low': (span.low + span.high) / 2, 'high': span.high},
                {'low': span.low, 'high': (span.low + span.high) / 2}
            )
        ).high AS high
    FROM (
        SELECT DISTINCT
            posts AS seen,
            bucket_posts AS total,
            tail,
            list_transform(
                range(CAST(exact_below AS BIGINT)),
                lambda i: coalesce(list_product(list_transform(range(1, i + 1), lambda j: (total - j + 1) / j)), 1.0)
            ) AS ways
        FROM prepared
        WHERE bucket_posts > 0 AND posts < exact_below
    )
),

limits AS (
    SELECT CAST(count AS BIGINT) AS count, CAST(low AS DOUBLE) AS low, CAST(high AS DOUBLE) AS high
    FROM seeds.poisson_limits
)

SELECT
    week,
    phase,
    platform,
    dimension,
    subject,
    posts,
    labelled,
    authors,
    negative,
    neutral,
    positive,
    round(net, 6) AS net_sentiment,
    CASE
        WHEN labelled >= net_posts AND design_effect IS NOT NULL
            THEN round(greatest(-1, p1 - p2 - half_width), 6)
    END AS net_low,
    CASE
        WHEN labelled >= net_posts AND design_effect IS NOT NULL
            THEN round(least(1, p1 - p2 + half_width), 6)
    END AS net_high,
    round(design_effect, 6) AS design_effect,
    detected,
    exposure,
    round(detected * 1000 / nullif(exposure, 0), 6) AS per_1000,
    round(coalesce(
        limits.low,
        detected * pow(1 - 1 / (9 * detected) - z / (3 * sqrt(detected)), 3)
    ) * 1000 / nullif(exposure, 0), 6) AS per_1000_low,
    round(coalesce(
        limits.high,
        (detected + 1) * pow(1 - 1 / (9 * (detected + 1)) + z / (3 * sqrt(detected + 1)), 3)
    ) * 1000 / nullif(exposure, 0), 6) AS per_1000_high,
    round(posts / nullif(bucket_posts, 0), 9) AS share,
    round(coalesce(
        rare.low,
        (posts + z * z / 2 - wilson_root) / (bucket_posts + z * z)
    ), 9) AS share_low,
    round(coalesce(
        rare.high,
        (posts + z * z / 2 + wilson_root) / (bucket_posts + z * z)
    ), 9) AS share_high
FROM clustered
LEFT JOIN limits ON detected = limits.count
LEFT JOIN rare ON posts = rare.seen AND bucket_posts = rare.total
ORDER BY first_day, platform, dimension, subject
