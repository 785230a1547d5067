-- The season's direction up to each week: Theil-Sen slope with Sen's limits, Mann-Kendall test corrected for ties and
-- autocorrelation (Hamed & Rao 1998), all cells of a week one family (Benjamini-Hochberg). The methods are in
-- flows/trends/slopes.py, which turns the rows of this query into those of this table. Values are as first read; short
-- buckets, buckets that may not be compared and those before a change of keywords or labels are left out.
--
-- Kind: computed
-- Grain: week, platform, family, subject
-- Columns:
--   week | VARCHAR | - | last ISO week looked at
--   platform | VARCHAR | - | tiktok, facebook, instagram or all (the platforms, always at the same weights)
--   family | VARCHAR | - | indications, volumes, sentiment, topics or districts
--   subject | VARCHAR | - | as in trends.signals
--   unit | VARCHAR | - | what the slope is of: posts_per_day, share or per_1000
--   buckets | BIGINT | buckets | in the series
--   first_week | VARCHAR | - | week of the first of them
--   slope | DOUBLE | unit a week | median slope between all pairs of buckets
--   slope_low | DOUBLE | unit a week | lower 95 % limit
--   slope_high | DOUBLE | unit a week | upper 95 % limit
--   tau | DOUBLE | -1 to 1 | Kendall's tau
--   p | DOUBLE | 0 to 1 | chance of such an order without a trend
--   q | DOUBLE | 0 to 1 | rate of false discoveries if this one is called a direction
--   direction | VARCHAR | - | up or down when q is at most 0.05; NULL otherwise
--   reason | VARCHAR | - | too_few_buckets (less than 8), not_measured or phase_only; NULL when judged

SELECT
    cells.bucket,
    cells.week,
    cells.phase,
    cells.days,
    cells.platform,
    cells.reason,
    cells.series,
    cells.family,
    cells.subject,
    cells.is_measured,
    indications.only_in_phase,
    cells.day,
    cells.observed,
    cells.posts,
    cells.exposure
FROM trends.signal_cells AS cells
LEFT JOIN seeds.indications AS indications ON cells.family = 'indications' AND cells.subject = indications.code
