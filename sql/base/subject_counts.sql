-- The live posts of every bucket that are about a subject, counted, with the views of their first observation: what
-- trends.weekly_measures and trends.weekly_views are made of. A post counts once in each of its topics, indications and
-- districts; a post that names no place counts as district 'unknown'. Subjects that no post is about have no row.
--
-- Grain: bucket, platform, dimension, subject
-- Columns: bucket, platform, dimension, subject, posts, labelled, keyed, negative, positive, detected, seen_posts, views,
--   labelled_views, negative_views, positive_views, detected_views, top_views

WITH live AS (
    SELECT
        calendar.bucket,
        posts.platform,
        posts.author_key,
        posts.first_views,
        {
            'sentiment': posts.sentiment,
            'topics': posts.topics,
            'indications': posts.indications,
            'districts': posts.districts
        } AS labels
    FROM base.posts AS posts
    JOIN core.calendar AS calendar ON posts.day = calendar.day
    WHERE posts.state = 'live'
),

-- Posts of the same labels are counted together before they are spread over their subjects, since labels are few however
-- many posts there are. A hash tells them apart in half of the time that the lists take.
alike AS (
    SELECT
        bucket,
        platform,
        unnest(any_value(labels)),
        count(*) AS posts,
        count(author_key) AS keyed,
        count(first_views) AS seen_posts,
        sum(first_views) AS views,
        max(first_views) AS top_views
    FROM live
    GROUP BY bucket, platform, hash(labels)
),

about AS (
    SELECT 'platform' AS dimension, 'all' AS subject, * FROM alike
    UNION ALL
    SELECT 'topic', unnest(topics), * FROM alike
    UNION ALL
    SELECT 'indication', unnest(indications), * FROM alike
    UNION ALL
    SELECT 'district', unnest(if(len(districts) = 0, ['unknown'], districts)), * FROM alike
)

SELECT
    bucket,
    coalesce(platform, 'all') AS platform,
    dimension,
    subject,
    CAST(sum(posts) AS BIGINT) AS posts,
    CAST(coalesce(sum(posts) FILTER (WHERE sentiment IS NOT NULL), 0) AS BIGINT) AS labelled,
    CAST(sum(keyed) AS BIGINT) AS keyed,
    CAST(coalesce(sum(posts) FILTER (WHERE sentiment = 'negative'), 0) AS BIGINT) AS negative,
    CAST(coalesce(sum(posts) FILTER (WHERE sentiment = 'positive'), 0) AS BIGINT) AS positive,
    CAST(coalesce(sum(posts) FILTER (WHERE len(indications) > 0), 0) AS BIGINT) AS detected,
    CAST(sum(seen_posts) AS BIGINT) AS seen_posts,
    CAST(coalesce(sum(views), 0) AS BIGINT) AS views,
    CAST(coalesce(sum(views) FILTER (WHERE sentiment IS NOT NULL), 0) AS BIGINT) AS labelled_views,
    CAST(coalesce(sum(views) FILTER (WHERE sentiment = 'negative'), 0) AS BIGINT) AS negative_views,
    CAST(coalesce(sum(views) FILTER (WHERE sentiment = 'positive'), 0) AS BIGINT) AS positive_views,
    CAST(coalesce(sum(views) FILTER (WHERE len(indications) > 0), 0) AS BIGINT) AS detected_views,
    max(top_views) AS top_views
FROM about
GROUP BY GROUPING SETS ((bucket, platform, dimension, subject), (bucket, dimension, subject))
ORDER BY bucket, platform, dimension, subject
