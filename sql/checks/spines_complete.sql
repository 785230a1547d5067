-- Every subject has a row in every bucket of every platform, so that a gap is seen.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_measures
-- In Indonesian: Setiap topik, indikasi, dan kecamatan punya baris di setiap keranjang waktu.
-- Hint: A subject or a bucket was joined away.
-- Hint in Indonesian: Satu topik atau keranjang waktu hilang dalam gabungan tabel.

WITH subjects AS (
    SELECT DISTINCT dimension, subject FROM trends.weekly_measures
)

SELECT buckets.week, buckets.phase, buckets.platform, subjects.dimension, subjects.subject
FROM core.buckets AS buckets
CROSS JOIN subjects
ANTI JOIN trends.weekly_measures AS measures
    ON buckets.week = measures.week
    AND buckets.phase = measures.phase
    AND buckets.platform = measures.platform
    AND subjects.dimension = measures.dimension
    AND subjects.subject = measures.subject
