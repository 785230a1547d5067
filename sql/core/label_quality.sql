-- How often the labels are right, class by class: precision and recall on a named test set, with 95 % intervals. A class
-- that was not measured on real text is a review list with a count: no rate, no signal, no level.
--
-- Kind: view
-- Grain: family, code
-- Columns:
--   family | VARCHAR | - | indications or sentiment
--   code | VARCHAR | - | a code of seeds.indications, any (at least one of them), or negative, neutral, positive
--   test_set_id | VARCHAR | - | name of the test set in Indonesian; empty when nothing was measured
--   test_set_en | VARCHAR | - | the same in English
--   is_real | BOOLEAN | - | whether the test set holds real texts coded by people
--   is_measured | BOOLEAN | - | whether the class may be counted, rated and tested
--   posts | BIGINT | posts | texts of the test set
--   positives | BIGINT | posts | of them, coded so by people
--   flagged | BIGINT | posts | of them, flagged by the labels
--   correct | BIGINT | posts | both
--   precision | DOUBLE | share | correct / flagged
--   precision_low | DOUBLE | share | lower 95 % limit
--   precision_high | DOUBLE | share | upper 95 % limit
--   recall | DOUBLE | share | correct / positives
--   recall_low | DOUBLE | share | lower 95 % limit
--   recall_high | DOUBLE | share | upper 95 % limit
--   flags_per_1000 | DOUBLE | posts per 1,000 posts | flags in a set of real texts that was not enriched
--   flag_posts | BIGINT | posts | size of that set

SELECT
    family,
    code,
    test_set_id,
    test_set_en,
    is_real,
    is_measured,
    posts,
    positives,
    flagged,
    correct,
    precision,
    precision_low,
    precision_high,
    recall,
    recall_low,
    recall_high,
    flags_per_1000,
    flag_posts
FROM base.label_quality
