-- Functions of the published database, for recipes.sql and for queries of your own. A code, name or week that does not
-- exist is an error that lists those that do, and never a query with no rows.
-- They look up the tables of the database that is in use: after ATTACH write USE first.

-- A week that has numbers, as 2024-W06.
CREATE MACRO core.week(wanted) AS (
    SELECT CASE WHEN bool_or(week = wanted) THEN wanted ELSE error(concat(
        'No numbers of the week "', wanted, '"; the weeks are ', min(week), ' to ', max(week), '.')) END
    FROM trends.weekly_platform
);

-- The last week that something was collected of on every day; where there is none, the last week with posts.
CREATE MACRO core.last_week() AS (
    SELECT coalesce(max(week) FILTER (WHERE is_whole), max(week) FILTER (WHERE posts > 0), error('No week has posts.'))
    FROM (
        SELECT week, bool_and(is_complete) AS is_whole, sum(posts) AS posts
        FROM trends.weekly_platform
        WHERE platform = 'all'
        GROUP BY week
    )
);

-- The week before a week.
CREATE MACRO core.week_before(wanted) AS (
    SELECT coalesce(max(week), error(concat('No numbers of a week before "', wanted, '".')))
    FROM trends.weekly_platform
    WHERE week < core.week(wanted)
);

-- A platform, or `all`.
CREATE MACRO core.platform(wanted) AS (
    SELECT CASE WHEN bool_or(platform = wanted) THEN wanted ELSE error(concat(
        'No platform "', wanted, '"; there are ', string_agg(platform, ', ' ORDER BY platform), '.')) END
    FROM (SELECT DISTINCT platform FROM trends.weekly_platform)
);

-- The code of a topic, from the code or its label in either language.
CREATE MACRO core.topic(wanted) AS (
    SELECT coalesce(max(code) FILTER (WHERE wanted IN (code, label_id, label_en)), error(concat(
        'No topic "', wanted, '"; there are ', string_agg(code, ', ' ORDER BY code), '.')))
    FROM seeds.topics
);

-- The code of a class of the review list, from the code or its label in either language.
CREATE MACRO core.indication(wanted) AS (
    SELECT coalesce(max(code) FILTER (WHERE wanted IN (code, label_id, label_en)), error(concat(
        'No class "', wanted, '"; there are ', string_agg(code, ', ' ORDER BY code), '.')))
    FROM seeds.indications
);

-- The code of a district, from the code or its name; `unknown` for posts that name none.
CREATE MACRO core.district(wanted) AS (
    SELECT coalesce(max(code) FILTER (WHERE wanted IN (code, name)), error(concat(
        'No district "', wanted, '"; there are ', string_agg(name, ', ' ORDER BY name), '.')))
    FROM (SELECT code, name FROM seeds.places WHERE kind = 'district' UNION ALL SELECT 'unknown', 'unknown')
);

-- The local time of a moment, in the zone of the regency.
CREATE MACRO core.local_time(moment) AS timezone((SELECT value FROM seeds.election WHERE key = 'timezone'), moment);
