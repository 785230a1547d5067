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
-- Columns:
--   week | VARCHAR | - | ISO week, as 2024-W06
--   phase | VARCHAR | - | pre_campaign, campaign, quiet, voting_day or post_election
--   platform | VARCHAR | - | tiktok, facebook, instagram or all
--   family | VARCHAR | - | indications, volumes, sentiment, topics or districts
--   subject | VARCHAR | - | code of the indication, topic or district; negative or positive; for volumes posts
--   first_day | DATE | - | first local day (WIB) of the bucket
--   days | BIGINT | days | length of the bucket, 1 to 7
--   observed | BIGINT | units | units of the subject; NULL where nothing was collected
--   posts | BIGINT | posts | posts of the subject, copies included
--   exposure | DOUBLE | see family | what observed is a share or rate of; for volumes units at the level of the baseline
--   expected | DOUBLE | units | what the baseline lets expect; NULL without one
--   ratio | DOUBLE | ratio | observed / expected; NULL when nothing was expected
--   ratio_low | DOUBLE | ratio | lower 95 % limit, counting error only
--   ratio_high | DOUBLE | ratio | upper 95 % limit, counting error only
--   p | DOUBLE | 0 to 1 | chance of a count at least as far off
--   q | DOUBLE | 0 to 1 | rate of false discoveries if this one is called a signal
--   signal | BOOLEAN | - | whether q is at most 0.05
--   direction | VARCHAR | - | up or down; NULL without a signal
--   reason | VARCHAR | - | why it was not judged; NULL when it was
--   baseline_weeks | VARCHAR[] | - | weeks of the buckets it is compared with
--   baseline_buckets | BIGINT | buckets | their number, 4 to 8, or 0
--   baseline_observed | BIGINT | units | units in them
--   baseline_exposure | DOUBLE | see family | their exposure
--   dispersion | DOUBLE | ratio | variance over that of independent events, at least 1
--   tests | BIGINT | cells | judged together with it
--   burst_50 | BIGINT | units | so many more would be found with a probability of 50 %
--   burst_80 | BIGINT | units | the same with 80 %
--   burst_95 | BIGINT | units | the same with 95 %; smaller bursts are likely missed

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
