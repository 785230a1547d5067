-- Net sentiment by reviews lies in its interval, and that between -1 and 1; where there is none the reason is given.
--
-- Severity: stop
-- Gate: trends
-- Table: net_estimates
-- In Indonesian: Sentimen bersih menurut telaah terletak dalam selangnya, antara −1 dan 1; bila tidak ada, alasannya disebut.
-- Hint: Reviews were counted of posts that are not labelled, or a stratum has none.
-- Hint in Indonesian: Telaah terhitung pada unggahan tanpa label, atau ada lapisan tanpa telaah.

SELECT week, phase, labelled, reviewed, low, estimate, high, reason
FROM trends.net_estimates
WHERE
    reviewed > labelled
    OR (estimate IS NULL) <> (reason IS NOT NULL)
    OR estimate NOT BETWEEN low AND high
    OR low < -1
    OR high > 1
    OR (reason IS NOT NULL AND reason NOT IN ('not_collected', 'not_reviewed', 'few_reviewed'))
