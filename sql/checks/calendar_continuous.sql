-- The calendar has every day once, each in exactly one phase.
--
-- Severity: stop
-- Gate: trends
-- Table: calendar
-- In Indonesian: Kalender memuat setiap hari sekali, masing-masing dalam satu tahap.
-- Hint: The phases of seeds.calendar leave a hole or overlap.
-- Hint in Indonesian: Tahap dalam seeds.calendar berlubang atau tumpang tindih.

SELECT day, phase, lead(day) OVER (ORDER BY day) AS next_day
FROM core.calendar
QUALIFY phase IS NULL OR next_day <> day + 1
