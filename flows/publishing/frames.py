"""The frames that documents are made from: the contract is `reports.reading.contract`."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.periods import Week
from flows.publishing import evidence
from flows.store.warehouse import Connection, query

_REPORT_FRAMES = {
    "trends.weekly_platform": "SELECT * FROM trends.weekly_platform",
    "trends.weekly_topic": "SELECT * FROM trends.weekly_topic",
    "trends.weekly_indication": "SELECT * FROM trends.weekly_indication",
    "trends.weekly_district": "SELECT * FROM trends.weekly_district",
    **{
        f"trends.{name}": f"SELECT * FROM trends.{name}"  # noqa: S608 - names of ours
        for name in (
            *("signals", "slopes", "emerging_terms", "weekly_views", "corrections", "reported"),
            *("funnel", "agreement", "official"),
        )
    },
    "core.label_quality": "SELECT * FROM core.label_quality",
    "core.review_items": "SELECT * FROM core.review_items",
    "core.collection": "SELECT * FROM core.collection",
    "core.coverage": "SELECT * FROM core.coverage",
    "core.calendar": "SELECT * FROM core.calendar",
    "core.watches": "SELECT * FROM core.watches",
    "core.loads": "SELECT * FROM core.loads",
    "reject_reasons": "SELECT source, reason, count(*) AS records FROM core.rejects GROUP BY ALL ORDER BY ALL",
    "seeds.topics": "SELECT * FROM seeds.topics",
    "seeds.indications": "SELECT * FROM seeds.indications",
    "seeds.places": "SELECT * FROM seeds.places",
    "seeds.articles": "SELECT * FROM seeds.articles",
    "seeds.receivers": "SELECT * FROM seeds.receivers",
    "seeds.official_sources": "SELECT * FROM seeds.official_sources",
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
        SELECT day, platform, count(*) AS posts, count(sentiment) AS labelled,
            count(*) FILTER (WHERE len(indications) > 0) AS detected
        FROM core.posts WHERE state = 'live' AND phase IN ({_NOTED}) GROUP BY ALL ORDER BY ALL""",  # noqa: S608
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
