-- An estimate lies in its interval and holds what two coders agreed on; where there is none the reason is given.
--
-- Severity: stop
-- Gate: trends
-- Table: estimates
-- In Indonesian: Perkiraan terletak dalam selangnya dan memuat yang sudah disepakati dua penelaah; bila tidak ada perkiraan, alasannya disebut.
-- Hint: Reviews were counted of posts that are not in the stratum, or the draws are of other counts.
-- Hint in Indonesian: Telaah terhitung pada unggahan yang bukan dari lapisannya, atau undian memakai jumlah lain.

SELECT week, phase, indication, flagged, reviewed, confirmed, missed, low, estimate, high, reason
FROM trends.estimates
WHERE
    confirmed > reviewed
    OR reviewed > flagged
    OR missed > sampled
    OR (estimate IS NULL) <> (reason IS NOT NULL)
    OR estimate NOT BETWEEN low AND high
    OR (form = 'direct' AND low < confirmed + missed)
    OR precision NOT BETWEEN precision_low AND precision_high
    OR recall NOT BETWEEN recall_low AND recall_high
