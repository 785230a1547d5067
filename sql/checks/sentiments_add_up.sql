-- Negative, neutral and positive posts are the labelled posts, and labelled posts are posts.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_measures
-- In Indonesian: Unggahan negatif, netral, dan positif berjumlah unggahan berlabel.
-- Hint: The labels hold a class the models do not know.
-- Hint in Indonesian: Label memuat kelas yang tidak dikenal model.

SELECT week, phase, platform, dimension, subject, posts, labelled, negative, neutral, positive
FROM trends.weekly_measures
WHERE negative + neutral + positive <> labelled OR labelled > posts OR authors > posts OR detected > posts
