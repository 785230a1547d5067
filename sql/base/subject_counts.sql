-- The live posts of every bucket that are about a subject, counted, with the views of their first observation: what
-- trends.weekly_measures and trends.weekly_views are made of. A post counts once in each of its topics, indications and
-- districts; a post that names no place counts as district 'unknown'. Subjects that no post is about have no row.
--
-- Grain: bucket, platform, dimension, subject
-- Columns: bucket, platform, dimension, subject, posts, labelled, keyed, negative, positive, detected, seen_posts, views,
--   labelled_views, negative_views, positive_views, detected_views, top_views

-- Posts of the same labels are counted together before they are spread over their subjects, since labels are few however
-- many posts there are. A hash tells them apart in half of the time that the lists take.
WITH alike AS (
    SELECT
        calendar.bucket,
        posts.platform,
        any_value(posts.sentiment) AS sentiment,
        any_value(posts.topics) AS topics,
        any_value(posts.indications) AS indications,
        any_value(posts.districts) AS districts,
        count(*) AS posts,
        count(posts.author_key) AS keyed,
        count(posts.first_views) AS seen_posts,
        sum(posts.first_views) AS views,
        max(posts.first_views) AS top_views
    FROM base.posts AS posts
    JOIN core.calendar AS calendar ON posts.day = calendar.day
    WHERE posts.state = 'live'
    GROUP BY
        calendar.bucket,
        posts.platform,
        hash(posts.sentiment, posts.topics, posts.indications, posts.districts)
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
