-- Classes of indications that trends.signals does not judge, because their precision was never measured or because
-- their phase is too young for a baseline, and whose count is yet far above that of earlier buckets. The method is in
-- flows/trends/count_flags.py: the predictive negative binomial of the signals, upwards only, q within families of its
-- own. A flag is a count to look at: never a rate, never more than amber. Counts are units as first read.
--
-- reason  as in trends.signals; a bucket whose phase is young may be compared with the phase before (is_weak)
--
-- Kind: computed
-- Grain: week, phase, platform, indication
-- Columns: week, phase, platform, indication, first_day, days, observed, posts, exposure, expected,
--   usual_low, usual_high, p, q, flag, is_weak, reason, baseline_weeks, baseline_buckets, dispersion, tests

SELECT cells.*
FROM trends.signal_cells AS cells
JOIN seeds.families AS families ON cells.family = families.family AND families.subjects = 'indications'
