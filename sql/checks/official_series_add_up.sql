-- The official series add up as published: kinds and platforms to the total of each date.
--
-- Severity: warn
-- Gate: trends
-- Table: official_series
-- In Indonesian: Rangkaian resmi berjumlah tepat: jenis dan platform sama dengan totalnya.
-- Hint: A figure of seeds.official_series was copied wrongly.
-- Hint in Indonesian: Angka dalam seeds.official_series salah salin.

WITH official AS (
    SELECT
        series,
        as_of,
        CAST(total AS INTEGER) AS total,
        CAST(hate AS INTEGER) + CAST(hoax AS INTEGER) + CAST(sara AS INTEGER) AS kinds,
        CAST(facebook AS INTEGER) + CAST(instagram AS INTEGER) + CAST(x AS INTEGER) + CAST(tiktok AS INTEGER)
            + CAST(youtube AS INTEGER) AS platforms
    FROM seeds.official_series
)

SELECT series, as_of, total, kinds, platforms
FROM official
WHERE kinds <> total OR platforms <> total
