-- Every funnel adds up: entered = passed + rejected + waiting, and what passed a stage enters the next.
--
-- Severity: stop
-- Gate: trends
-- Table: funnel
-- In Indonesian: Setiap corong berjumlah tepat: masuk = lanjut + keluar + menunggu, dan yang lanjut masuk ke tahap berikutnya.
-- Hint: An outcome is counted in no exit or in two.
-- Hint in Indonesian: Ada hasil telaah yang tidak terhitung, atau terhitung dua kali.

WITH steps AS (
    SELECT
        *,
        lead(entered) OVER (PARTITION BY week, phase, origin ORDER BY step) AS next_entered
    FROM trends.funnel
)

SELECT week, phase, origin, stage, entered, passed, rejected, waiting, next_entered
FROM steps
WHERE entered <> passed + rejected + waiting OR passed <> next_entered
