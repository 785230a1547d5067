-- Every cell that is followed has a row in every bucket of every platform.
--
-- Severity: stop
-- Gate: trends
-- Table: signals
-- In Indonesian: Setiap hal yang dibandingkan mempunyai baris di setiap kurun dan platform.
-- Hint: A cell was lost on its way to the signals.
-- Hint in Indonesian: Ada baris yang hilang saat sinyal dihitung.

WITH followed AS (
    SELECT DISTINCT week, phase, platform, family, if(family = 'volumes', 'posts', subject) AS subject
    FROM trends.signal_cells
),

expected AS (
    SELECT * FROM followed
    UNION
    SELECT week, phase, 'all', family, subject FROM followed
)

SELECT week, phase, platform, family, subject
FROM expected
ANTI JOIN trends.signals AS signals USING (week, phase, platform, family, subject)
