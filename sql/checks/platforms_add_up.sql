-- In every weekly table platform 'all' is the sum of the platforms.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_measures
-- In Indonesian: Platform 'all' sama dengan jumlah semua platform.
-- Hint: A platform is missing from the sum or counted twice.
-- Hint in Indonesian: Satu platform hilang dari jumlah atau terhitung ganda.

SELECT week, phase, dimension, subject
FROM trends.weekly_measures
GROUP BY week, phase, dimension, subject
HAVING
    sum(posts) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(posts) FILTER (WHERE platform <> 'all')
    OR sum(labelled) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(labelled) FILTER (WHERE platform <> 'all')
    OR sum(authors) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(authors) FILTER (WHERE platform <> 'all')
    OR sum(negative) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(negative) FILTER (WHERE platform <> 'all')
    OR sum(neutral) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(neutral) FILTER (WHERE platform <> 'all')
    OR sum(positive) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(positive) FILTER (WHERE platform <> 'all')
    OR sum(detected) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(detected) FILTER (WHERE platform <> 'all')
    OR sum(exposure) FILTER (WHERE platform = 'all') IS DISTINCT FROM sum(exposure) FILTER (WHERE platform <> 'all')
