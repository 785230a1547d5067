"""The queries printed in the method page: each recomputes the numbers of one sentence from `ronda.duckdb`.

They are text for people to paste into a DuckDB prompt; nothing here opens a database. Values are week and phase names
of the calendar and codes of the seeds, written as SQL literals.
"""

from collections.abc import Iterable

from flows.method import METHOD
from flows.periods import Bucket, Week
from reports.reading.facts import Row
from reports.reading.outcomes import Signal


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def signal(item: Signal) -> str:
    """The tested cell behind a signal; the ratio is computed anew from what was observed and expected.

    `also` are the platforms on which the same change was found too, and the last columns what is known of the class.
    A small count of a single platform is not shown, as in the sentence.
    """
    subject, direction = _text(item.subject), _text(str(item.row["direction"]))
    same = f"""week = {_text(str(item.bucket.week))} AND phase = {_text(item.bucket.phase)}
  AND family = {_text(item.family)} AND subject = {subject}"""
    enough = f"if(expected < {METHOD.ratio_expected}, NULL, {{}})"
    ratio = enough.format("observed / expected")
    counts = f"observed, posts, expected,\n       {ratio} AS ratio"
    if item.platform != "all":
        least = METHOD.smallest_cell
        counts = f"""if(observed < {least}, NULL, observed) AS observed, if(posts < {least}, NULL, posts) AS posts,
       expected, if(observed < {least}, NULL, {ratio}) AS ratio"""
    query = f"""SELECT direction, {counts},
       {enough.format("ratio_low")} AS ratio_low, {enough.format("ratio_high")} AS ratio_high,
       greatest(q, {METHOD.printed_q}) AS q, baseline_buckets,
       list_min(baseline_weeks) AS baseline_first, list_max(baseline_weeks) AS baseline_last,
       (SELECT list(platform ORDER BY platform) FROM trends.signals
        WHERE {same.replace(chr(10), chr(10) + " " * 6)}
          AND signal AND direction = {direction} AND platform <> {_text(item.platform)}) AS also
FROM trends.signals
WHERE {same} AND platform = {_text(item.platform)}"""  # noqa: S608
    if item.family != "indications":
        return query
    return f"""WITH cell AS (
{query}
)
SELECT cell.*, quality.precision AS share_precision, quality.recall AS share_recall
FROM cell LEFT JOIN core.label_quality AS quality ON quality.code = {subject} AND quality.is_real
    AND least(quality.flagged, quality.positives) >= {METHOD.measured_cases}"""  # noqa: S608


def incident(bucket: Bucket, row: Row) -> str:
    """What one incident was in one bucket; `usual` is what was expected, as a whole number of one at least."""
    usual = "greatest(CAST(round(expected) AS BIGINT), 1) AS usual"
    counts = {"signal": f"observed, accounts, {usual}", "count_flag": f"observed, accounts, {usual}"}
    event = "event_id, " if row["event_day"] is not None else ""
    return f"""SELECT {counts.get(str(row["kind"]), "posts, accounts")}, platforms, {event}driving_words
FROM trends.incident_weeks
WHERE incident = {_text(str(row["incident"]))} AND week = {_text(str(bucket.week))}
  AND phase = {_text(bucket.phase)}"""  # noqa: S608


def tests(week: Week) -> str:
    """The number of tests of a week, and the share of what was planned that was collected."""
    return f"""SELECT count(*) FILTER (WHERE reason IS NULL) AS tests,
       {_coverage(week)}
FROM trends.signals
WHERE week = {_text(str(week))}"""  # noqa: S608


def counts(week: Week) -> str:
    """The number of counts of a week that were compared, and the share of what was planned that was collected."""
    return f"""SELECT count(*) FILTER (WHERE reason IS NULL) AS tests,
       {_coverage(week)}
FROM trends.count_flags
WHERE week = {_text(str(week))}"""  # noqa: S608


def untested(week: Week, classes: Iterable[str], shown: int) -> str:
    """The most frequent reasons why nothing of a week could be tested, and its posts; `classes` are reasons that say
    nothing of it."""
    left_out = ", ".join(_text(reason) for reason in sorted(classes))
    return f"""SELECT reason AS signal_reason, {_coverage(week)},
       any_value(seen.posts) AS posts, any_value(seen.detected) AS detected
FROM trends.signals
CROSS JOIN (SELECT count(*) AS posts, count(*) FILTER (WHERE len(indications) > 0) AS detected FROM core.posts
            WHERE week = {_text(str(week))} AND state = 'live') AS seen
WHERE week = {_text(str(week))} AND reason NOT IN ({left_out})
GROUP BY reason
ORDER BY count(*) DESC, reason
LIMIT {shown}"""  # noqa: S608


def _coverage(week: Week) -> str:
    """A column: collections that succeeded of those planned in a week; NULL where posts came without a plan."""
    return f"""(SELECT CASE WHEN NOT bool_or(posts > 0 AND planned = 0)
             THEN sum(succeeded) / nullif(sum(planned), 0) END
        FROM (SELECT platform, sum(posts) AS posts, coalesce(sum(planned), 0) AS planned, sum(succeeded) AS succeeded
              FROM core.coverage JOIN core.calendar USING (day)
              WHERE week = {_text(str(week))} GROUP BY platform)) AS share_coverage"""  # noqa: S608


def volume(week: Week, shown: int) -> str:
    """The posts of a week, counted one by one, how many signals there are beyond those `shown`, and the copies of texts
    where they are many, with the posts and known authors of the text copied most."""
    posts = f"FROM core.posts\nWHERE week = {_text(str(week))} AND state = 'live'"
    return f"""WITH counted AS (
    SELECT sum(posts - observed) AS copies FROM trends.signals
    WHERE week = {_text(str(week))} AND family = 'volumes' AND platform = 'all'
      AND posts - observed >= {METHOD.copied_share} * posts
),
copied AS (
    SELECT count(*) AS posts, count(DISTINCT author_key) AS authors {posts.replace(chr(10), " ")} AND trim(text) <> ''
    GROUP BY lower(text) HAVING count(*) >= {METHOD.copied_posts} ORDER BY posts DESC, min(text) LIMIT 1
)
SELECT count(*) AS posts, list(DISTINCT platform ORDER BY platform) AS platforms,
       {_coverage(week)},
       greatest((SELECT count(DISTINCT (phase, family, subject, direction)) FROM trends.signals
        WHERE week = {_text(str(week))} AND signal) - {shown}, 0) AS more_signals,
       (SELECT copies FROM counted) AS copies,
       (SELECT copied.posts FROM copied, counted WHERE copies > 0) AS copied_posts,
       (SELECT copied.authors FROM copied, counted WHERE copies > 0) AS copied_authors
{posts}"""  # noqa: S608


def detected(bucket: Bucket, earlier: Bucket | None) -> str:
    """Detected and labelled posts of a bucket, counted one by one, then those of each class of indication, with its
    posts in the bucket before where the two are compared."""
    before = "NULL"
    if earlier:
        before = f"""(SELECT count(*)
            FROM ({_seen(earlier)})
            WHERE list_contains(indications, code))"""  # noqa: S608
    return f"""WITH seen AS (
    {_seen(bucket)}
)
SELECT NULL AS indication, count(*) FILTER (WHERE len(indications) > 0) AS detected, count(sentiment) AS labelled,
       NULL AS before
FROM seen
UNION ALL
SELECT code, count(*), NULL, {before}
FROM seen, unnest(indications) AS each(code) GROUP BY code
ORDER BY indication NULLS FIRST"""  # noqa: S608


def nothing_detected(bucket: Bucket) -> str:
    """That nothing was detected among the labelled posts of a bucket, its coverage, and the upper bound."""
    return f"""SELECT count(*) FILTER (WHERE len(indications) > 0) AS detected, count(sentiment) AS labelled,
       {METHOD.zero_bound} / nullif(count(sentiment), 0) * 1000 AS bound_per_1000,
       (SELECT coverage FROM trends.weekly_platform
        WHERE week = {_text(str(bucket.week))} AND phase = {_text(bucket.phase)} AND platform = 'all') AS share_coverage
FROM ({_seen(bucket)})"""  # noqa: S608


def _seen(bucket: Bucket) -> str:
    return f"""FROM core.posts
    WHERE week = {_text(str(bucket.week))} AND phase = {_text(bucket.phase)} AND state = 'live'"""


def net(bucket: Bucket, before: Bucket | None) -> str:
    """Net sentiment of a bucket and of the one before it: counted from the posts, with the limits of the table."""
    buckets = [bucket] if before is None else [bucket, before]
    weeks = ", ".join(_text(str(each.week)) for each in buckets)
    return f"""SELECT week, 100.0 * (count(*) FILTER (WHERE posts.sentiment = 'positive')
         - count(*) FILTER (WHERE posts.sentiment = 'negative')) / count(posts.sentiment) AS net_sentiment,
       100 * any_value(measures.net_low) AS net_low, 100 * any_value(measures.net_high) AS net_high
FROM core.posts AS posts
JOIN trends.weekly_platform AS measures USING (week, phase)
WHERE posts.week IN ({weeks}) AND posts.phase = {_text(bucket.phase)} AND posts.state = 'live'
  AND measures.platform = 'all'
GROUP BY week
ORDER BY week"""  # noqa: S608


def gaps(week: Week) -> str:
    """The days of a week that were not fully collected, those nothing is known of among them."""
    return f"""WITH days AS (
    SELECT day FROM core.calendar WHERE week = {_text(str(week))}
),
watched AS (
    SELECT DISTINCT platform FROM core.coverage SEMI JOIN days USING (day)
)
SELECT platform, day, coalesce(coverage.status, 'not_collected') AS status, coverage.reason
FROM watched CROSS JOIN days LEFT JOIN core.coverage AS coverage USING (platform, day)
WHERE coverage.status IS DISTINCT FROM 'observed'
ORDER BY ALL"""  # noqa: S608
