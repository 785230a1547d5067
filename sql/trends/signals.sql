-- Which counts of a bucket are not what its earlier buckets let expect, and why others could not be judged. The methods
-- are in flows/trends/signals.py, which turns the rows of this query into those of this table: predictive negative
-- binomial for counts, beta-binomial for shares, quasi-Poisson regression for volumes, dispersion per family, ordinary
-- p, Benjamini-Hochberg within the family of a bucket. Counts are units as first read (trends.signal_cells): they do not
-- change when later weeks arrive. Platform 'all' is the platforms that may be compared throughout, each against its own
-- baseline. A signal of an indication is about posts detected automatically and not reviewed.
--
-- reason  not_collected, platform_missing, coverage_unknown, coverage_below_floor, days_below_floor (core.buckets);
--         bucket_too_short: less than 4 days; no_baseline: less than 4 earlier buckets of the same phase and series
--         without a signal; no_exposure: nothing to compare with; not_measured: the precision of the class is unknown;
--         phase_only: exists in one phase only; too_rare: its counts could never have been a signal
--
-- Kind: computed
-- Grain: week, phase, platform, family, subject
-- Columns: week, phase, platform, family, subject, first_day, days, observed, posts, exposure, expected, ratio,
--   ratio_low, ratio_high, p, q, signal, direction, reason, baseline_weeks, baseline_buckets, baseline_observed,
--   baseline_exposure, dispersion, tests, burst_50, burst_80, burst_95

SELECT * FROM trends.signal_cells
