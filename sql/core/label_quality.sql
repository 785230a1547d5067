-- How often the labels are right, class by class: precision and recall on a named test set, with 95 % intervals. A class
-- that was not measured on real text is a review list with a count: no rate, no signal, no level.
--
-- Kind: view
-- Grain: family, code
-- Columns: family, code, test_set_id, test_set_en, is_real, is_measured, posts, positives, flagged, correct,
--   precision, precision_low, precision_high, recall, recall_low, recall_high, flags_per_1000, flag_posts

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
