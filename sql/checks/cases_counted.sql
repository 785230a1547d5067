-- Every case is counted in the week and phase of its posts, and what was decided is a violation or none.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_cases
-- In Indonesian: Setiap berkas terhitung pada pekan dan fase unggahannya, dan yang diputus adalah melanggar atau tidak.
-- Hint: A case names a week or phase that no bucket has.
-- Hint in Indonesian: Ada berkas dengan pekan atau fase yang tidak dikenal.

WITH known AS (
    SELECT week, phase, count(*) AS cases FROM core.cases GROUP BY week, phase
)

SELECT week, phase, known.cases, counted.cases AS counted, counted.decided, counted.violations, counted.not_violations
FROM known
FULL JOIN trends.weekly_cases AS counted USING (week, phase)
WHERE coalesce(known.cases, 0) <> coalesce(counted.cases, 0)
    OR counted.decided <> counted.violations + counted.not_violations
