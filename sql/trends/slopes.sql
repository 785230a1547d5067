-- The season's direction up to each week: Theil-Sen slope with Sen's limits, Mann-Kendall test corrected for ties and
-- autocorrelation (Hamed & Rao 1998), all cells of a week one family (Benjamini-Hochberg). The methods are in
-- flows/trends/slopes.py, which turns the rows of this query into those of this table. Values are as first read; short
-- buckets, buckets that may not be compared and those before a change of keywords or labels are left out.
--
-- Kind: computed
-- Grain: week, platform, family, subject
-- Columns: week, platform, family, subject, unit, buckets, first_week, slope, slope_low, slope_high, tau, p, q,
--   direction, reason

SELECT * FROM trends.signal_cells
