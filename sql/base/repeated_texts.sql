-- The texts that more than one post has, and how many. They are few among the texts of a season, and whatever compares
-- copies (trends.signal_cells, trends.incident_weeks) looks at posts of these alone.
--
-- Grain: unit_key
-- Columns: unit_key, posts

SELECT unit_key, count(*) AS posts
FROM base.posts
WHERE unit_key IS NOT NULL
GROUP BY unit_key
HAVING count(*) > 1
