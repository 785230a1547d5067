"""The queries printed in the method page: each recomputes the numbers of one sentence from `ronda.duckdb`.

They are text for people to paste into a DuckDB prompt; nothing here opens a database. Values are week and phase names
of the calendar and codes of the seeds, written as SQL literals.
"""

from flows.periods import Bucket, Week
from reports.trends import Signal


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def signal(found: Signal) -> str:
    """The tested cell behind a signal; the ratio is computed anew from what was observed and expected."""
    return f"""SELECT observed, posts, expected, observed / nullif(expected, 0) AS ratio, ratio_low, ratio_high,
       greatest(q, 0.001) AS q, baseline_buckets
FROM trends.signals
WHERE week = {_text(str(found.bucket.week))} AND phase = {_text(found.bucket.phase)}
  AND platform = {_text(found.platform)} AND family = {_text(found.family)} AND subject = {_text(found.subject)}"""  # noqa: S608


def tests(week: Week) -> str:
    """The number of tests and signals of a week."""
    return f"""SELECT count(*) FILTER (WHERE reason IS NULL) AS tests
FROM trends.signals
WHERE week = {_text(str(week))}"""  # noqa: S608


def volume(week: Week) -> str:
    """The posts of a week, counted one by one."""
    return f"""SELECT count(*) AS posts
FROM core.posts
WHERE week = {_text(str(week))} AND state = 'live'"""  # noqa: S608


def detected(bucket: Bucket) -> str:
    """Detected and labelled posts of a bucket, counted one by one."""
    return f"""SELECT count(*) FILTER (WHERE len(indications) > 0) AS detected,
       count(*) FILTER (WHERE sentiment IS NOT NULL) AS labelled
FROM core.posts
WHERE week = {_text(str(bucket.week))} AND phase = {_text(bucket.phase)} AND state = 'live'"""  # noqa: S608


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
    """The days of a week that were not fully collected."""
    return f"""SELECT coverage.platform, coverage.day, coverage.status, coverage.reason
FROM core.coverage AS coverage
JOIN core.calendar AS calendar USING (day)
WHERE calendar.week = {_text(str(week))} AND coverage.status <> 'observed'
ORDER BY ALL"""  # noqa: S608
