-- New words and hashtags of the week: terms that more authors use than the eight weeks before let expect, by log-odds with
-- an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, Polit Anal 16:372). A term counts once an author and
-- week. The prior is the term's share of all these weeks, worth 1,000 mentions or, where there are less than 10,000, a
-- tenth of them. Listed: at least 5 authors and 5 distinct texts (copies of a text are one), a score of at least 3, the
-- 30 highest of a week that has four before it. Left out: function words, contestants and what is written after a title
-- or is a common given name (seeds.person_names), because nobody is ranked and no private person named. Of a week with
-- more than 20,000 posts an even sample of them is read, always the same; posts, authors and expected are of the posts
-- read.
--
-- Grain: week, term
-- Columns: week, term, kind, place, posts, authors, expected, score, examples, looked_at, posts_of_week

WITH method AS (
    SELECT
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_posts') AS term_posts,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_weeks') AS term_weeks,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_weeks_least') AS term_weeks_least,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_authors') AS term_authors,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_texts') AS term_texts,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_prior_mentions') AS prior_mentions,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_prior_part') AS prior_part,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_score') AS term_score,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'terms_listed') AS terms_listed,
        max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'name_letters') AS name_letters,
        CAST(max(CAST(value AS DOUBLE)) FILTER (WHERE name = 'term_examples') AS BIGINT) AS term_examples
    FROM seeds.method
),

sizes AS (
    SELECT
        calendar.week,
        CAST(sum(daily.posts) AS BIGINT) AS posts_of_week,
        CAST(ceil(sum(daily.posts) / any_value(method.term_posts)) AS UBIGINT) AS one_in
    FROM (
        SELECT day, count(*) AS posts
        FROM base.posts
        WHERE state = 'live' AND text IS NOT NULL
        GROUP BY day
    ) AS daily
    JOIN core.calendar AS calendar ON daily.day = calendar.day
    CROSS JOIN method
    GROUP BY calendar.week
),

people AS (
    SELECT list(term) FILTER (WHERE kind = 'title') AS titles FROM seeds.person_names
),

-- An account is told apart by the hash of its key, which costs half of what the key does.
written AS NOT MATERIALIZED (
    SELECT
        calendar.week,
        posts.platform,
        posts.post_id,
        if(posts.author_key IS NULL, NULL, hash(posts.author_key)) AS account,
        posts.unit_key,
        posts.first_views,
        regexp_extract_all(
            regexp_replace(lower(coalesce(posts.shown, posts.text)), 'https?://\S+|@\S+|\[[a-z ]+\]', ' ', 'g'),
            '#[a-z0-9_]{3,40}|[a-z][a-z-]{2,30}'
        ) AS words
    FROM base.posts AS posts
    JOIN core.calendar AS calendar ON posts.day = calendar.day
    JOIN sizes ON calendar.week = sizes.week
    WHERE posts.state = 'live' AND posts.text IS NOT NULL AND hash(posts.post_id) % sizes.one_in = 0
),

read AS (
    SELECT
        written.* REPLACE (list_filter(
            written.words,
            lambda word, place: place = 1 OR NOT list_contains(people.titles, written.words[place - 1])
        ) AS words)
    FROM written
    CROSS JOIN people
),

-- A term of a post is here as often as it is written there.
used AS NOT MATERIALIZED (
    SELECT
        read.week,
        read.platform,
        read.post_id,
        read.account,
        read.unit_key,
        read.first_views,
        unnest(read.words) AS term
    FROM read
),

-- Names of contestants long enough to be told inside a hashtag.
tagged AS (
    SELECT DISTINCT part
    FROM (SELECT unnest(string_split(name, ' ')) AS part FROM seeds.contestants)
    WHERE length(part) >= (SELECT name_letters FROM method)
),

counted AS (
    SELECT used.week, used.term, count(DISTINCT used.account) AS authors
    FROM used
    ANTI JOIN core.hidden_terms AS hidden ON used.term = hidden.term
    GROUP BY used.week, used.term
),

totals AS (
    SELECT
        week,
        sum(authors) AS mentions,
        row_number() OVER (ORDER BY week) AS number
    FROM counted
    GROUP BY week
),

before AS (
    SELECT
        now_week.week,
        now_week.mentions,
        sum(earlier.mentions) AS earlier_mentions
    FROM totals AS now_week
    CROSS JOIN method
    JOIN totals AS earlier ON earlier.number BETWEEN now_week.number - method.term_weeks AND now_week.number - 1
    GROUP BY now_week.week, now_week.mentions
    HAVING count(*) >= any_value(method.term_weeks_least)
),

compared AS (
    SELECT
        counted.week,
        counted.term,
        counted.authors,
        before.mentions,
        before.earlier_mentions,
        coalesce(sum(earlier.authors), 0) AS earlier_authors
    FROM counted
    JOIN before ON counted.week = before.week
    JOIN totals AS now_week ON counted.week = now_week.week
    CROSS JOIN method
    JOIN totals AS earlier_week
        ON earlier_week.number BETWEEN now_week.number - method.term_weeks AND now_week.number - 1
    LEFT JOIN counted AS earlier ON earlier_week.week = earlier.week AND counted.term = earlier.term
    WHERE counted.authors >= method.term_authors
    GROUP BY counted.week, counted.term, counted.authors, before.mentions, before.earlier_mentions
),

prior AS (
    SELECT
        compared.*,
        least(method.prior_mentions, (mentions + earlier_mentions) / method.prior_part) AS weight,
        weight * (authors + earlier_authors) / (mentions + earlier_mentions) AS alpha
    FROM compared
    CROSS JOIN method
),

scored AS (
    SELECT
        *,
        (
            ln((authors + alpha) / (mentions + weight - authors - alpha))
            - ln((earlier_authors + alpha) / (earlier_mentions + weight - earlier_authors - alpha))
        ) / sqrt(1 / (authors + alpha) + 1 / (earlier_authors + alpha)) AS score
    FROM prior
),

high AS (
    SELECT scored.*
    FROM scored
    CROSS JOIN method
    WHERE
        score >= method.term_score
        AND NOT (
            starts_with(term, '#') AND EXISTS (SELECT 1 FROM tagged WHERE contains(scored.term, tagged.part))
        )
),

-- Posts are looked for behind the terms with a high score only: there are a thousand times as many others.
behind AS (
    SELECT DISTINCT used.*
    FROM used
    SEMI JOIN high ON used.week = high.week AND used.term = high.term
),

listed AS (
    SELECT high.*, spread.posts, row_number() OVER (PARTITION BY high.week ORDER BY high.score DESC, high.term) AS place
    FROM high
    JOIN (
        SELECT
            week, term, count(*) AS posts,
            count(DISTINCT coalesce(unit_key, hash(platform, post_id))) AS texts
        FROM behind
        GROUP BY week, term
    ) AS spread ON high.week = spread.week AND high.term = spread.term
    CROSS JOIN method
    WHERE spread.texts >= method.term_texts
    QUALIFY place <= method.terms_listed
),

seen AS (
    SELECT behind.week, behind.term, behind.platform, behind.post_id, behind.first_views
    FROM behind
    SEMI JOIN listed ON behind.week = listed.week AND behind.term = listed.term
    QUALIFY row_number() OVER (
        PARTITION BY behind.week, behind.term, behind.account, if(behind.account IS NULL, behind.post_id, NULL)
        ORDER BY behind.first_views DESC NULLS LAST, behind.platform, behind.post_id
    ) = 1
),

examples AS (
    SELECT
        week,
        term,
        list(platform || '/' || post_id ORDER BY first_views DESC NULLS LAST, platform, post_id)[
            1:any_value(method.term_examples)
        ] AS examples
    FROM seen
    CROSS JOIN method
    GROUP BY week, term
),

looked AS (
    SELECT week, count(*) AS looked_at FROM read GROUP BY week
)

SELECT
    listed.week,
    listed.term,
    if(starts_with(listed.term, '#'), 'hashtag', 'word') AS kind,
    listed.place,
    listed.posts,
    listed.authors,
    round(listed.mentions * listed.earlier_authors / listed.earlier_mentions, 3) AS expected,
    round(listed.score, 3) AS score,
    examples.examples,
    looked.looked_at,
    sizes.posts_of_week
FROM listed
JOIN examples ON listed.week = examples.week AND listed.term = examples.term
JOIN looked ON listed.week = looked.week
JOIN sizes ON listed.week = sizes.week
ORDER BY listed.week, listed.place
