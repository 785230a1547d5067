-- Every cell that is followed has a row in every bucket of every platform.
--
-- Severity: stop
-- Gate: trends
-- Table: signals
-- In Indonesian: Setiap hal yang dibandingkan mempunyai baris di setiap periode dan platform.
-- Hint: A cell was lost on its way to the signals.
-- Hint in Indonesian: Ada baris yang hilang saat sinyal dihitung.

WITH followed AS (
    SELECT DISTINCT
        cells.week,
        cells.phase,
        cells.platform,
        cells.family,
        if(families.exposure = 'collected', families.named_subjects, cells.subject) AS subject
    FROM trends.signal_cells AS cells
    LEFT JOIN seeds.families AS families ON cells.family = families.family
),

expected AS (
    SELECT * FROM followed
    UNION
    SELECT week, phase, 'all', family, subject FROM followed
)

SELECT week, phase, platform, family, subject
FROM expected
ANTI JOIN trends.signals AS signals USING (week, phase, platform, family, subject)
