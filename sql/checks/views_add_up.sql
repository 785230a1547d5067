-- Views of the platforms make up those of all, no post has more than all of them, and shares stay between 0 and 1.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_views
-- In Indonesian: Tayangan semua platform berjumlah tepat, dan bagian tayangan terletak antara 0 dan 1.
-- Hint: A view was counted twice, or a negative number came in.
-- Hint in Indonesian: Ada tayangan yang terhitung dua kali, atau angka negatif yang masuk.

WITH sums AS (
    SELECT
        week,
        phase,
        dimension,
        subject,
        sum(views) FILTER (WHERE platform = 'all') AS together,
        sum(views) FILTER (WHERE platform <> 'all') AS apart,
        min(share) AS lowest,
        max(share) AS highest,
        max(top_share) AS top
    FROM trends.weekly_views
    GROUP BY week, phase, dimension, subject
)

SELECT week, phase, dimension, subject, together, apart, lowest, highest, top
FROM sums
WHERE coalesce(together, 0) <> coalesce(apart, 0) OR lowest < 0 OR highest > 1 OR top > 1 OR top < 0
