"""The frames that documents are made from: the contract is `reports.reading.contract`."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.periods import Week
from flows.publishing import evidence
from flows.store.warehouse import Connection, query

_TABLES = (
    *("trends.weekly_platform", "trends.weekly_topic", "trends.weekly_indication", "trends.weekly_district"),
    *("trends.signals", "trends.slopes", "trends.emerging_terms", "trends.weekly_views", "trends.corrections"),
    *("trends.count_flags", "trends.incident_weeks", "trends.estimates", "trends.net_estimates"),
    *("trends.weekly_cases", "core.cases"),
    *("trends.reported", "trends.funnel", "trends.agreement", "trends.official"),
    *("core.label_quality", "core.review_items", "core.collection", "core.coverage", "core.calendar", "core.watches"),
    *("core.loads", "core.set_aside"),
    *("seeds.topics", "seeds.indications", "seeds.places", "seeds.articles", "seeds.receivers"),
    "seeds.official_sources",
)
_REPORT_FRAMES = {
    **{name: f"SELECT * FROM {name}" for name in _TABLES},  # noqa: S608 - names of ours
    "reject_reasons": "SELECT source, reason, count(*) AS records FROM core.rejects GROUP BY ALL ORDER BY ALL",
}


_NOTE_FRAMES = frozenset(
    {
        *("core.coverage", "core.review_items", "core.label_quality"),
        *("seeds.topics", "seeds.indications", "seeds.places", "seeds.receivers"),
    }
)
_NOTED = "SELECT phase FROM seeds.calendar WHERE CAST(has_note AS BOOLEAN)"
_DAY_FRAMES = {
    "day_counts": f"""
        SELECT posts.day, posts.platform, count(*) AS posts, count(posts.sentiment) AS labelled,
            count(*) FILTER (WHERE len(posts.indications) > 0) AS detected,
            count(*) FILTER (WHERE len(posts.indications) > 0 AND items.coders > 0) AS reviewed
        FROM core.posts AS posts
        LEFT JOIN core.review_items AS items ON posts.platform = items.platform AND posts.post_id = items.post_id
        WHERE posts.state = 'live' AND posts.phase IN ({_NOTED}) GROUP BY ALL ORDER BY ALL""",  # noqa: S608
    "day_indications": f"""
        SELECT day, code, count(*) AS posts FROM core.posts, unnest(indications) AS each(code)
        WHERE state = 'live' AND phase IN ({_NOTED}) GROUP BY ALL ORDER BY ALL""",  # noqa: S608
}


def report_frames(
    connection: Connection, week: Week, lang: str, verdicts: Sequence[Mapping[str, Any]]
) -> dict[str, pl.DataFrame]:
    """The frames the reports of a week are made from (`reports.reading.contract`), but for `why` of the evidence."""
    frames = {name: query(connection, text) for name, text in _REPORT_FRAMES.items()}
    frames["signal_posts"] = evidence.signal_posts(connection, week)
    frames["evidence"] = evidence.detected_posts(connection, week)
    frames["copied_texts"] = evidence.copied_texts(connection, week)
    frames["copied_posts"] = evidence.copied_posts(connection, week)
    frames["core.checks"] = pl.DataFrame(
        [
            {
                "run_id": "",
                "gate": verdict["gate"],
                "name": f"{verdict['table']}.{verdict['name']}",
                "description": verdict[f"description_{lang}"],
                "severity": verdict["severity"],
                "verdict": verdict["outcome"],
                "observed": verdict["observed"],
                "detail": verdict[f"hint_{lang}"],
            }
            for verdict in verdicts
        ],
        schema=dict.fromkeys(
            ("run_id", "gate", "name", "description", "severity", "verdict", "observed", "detail"), pl.String
        ),
    )
    return frames


def note_frames(connection: Connection) -> dict[str, pl.DataFrame]:
    """The frames of a daily note (contract: `reports.reading.contract.NOTE_CONTRACT`), posts counted one by one."""
    frames = {name: query(connection, text) for name, text in _REPORT_FRAMES.items() if name in _NOTE_FRAMES}
    return frames | {name: query(connection, text) for name, text in _DAY_FRAMES.items()}
