"""`ronda status`: weeks, coverage, the last runs, and what is missing; reads the release and never the warehouse."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from flows import labels
from flows.loading import file_states, proof
from flows.loading.file_states import LOADED
from flows.periods import Week
from flows.progress import one_line
from flows.publishing import publications, releases
from flows.seeds import seed_versions
from flows.settings import Settings
from flows.store import tables
from flows.store.runs import read_runs
from flows.store.watch_history import read_state

_SHOWN_RUNS = 5
_SHOWN_WEEKS = 8


def gather(settings: Settings) -> dict[str, Any]:
    """Everything the status shows, as plain values.

    Weeks and days are those of the published tables; what landed after the last release is counted as waiting.
    """
    release = releases.published_folder(settings.home)
    known = tables.published_state(release / "ronda.duckdb") if release else {"weeks": [], "missing": [], "stated": []}
    stated = publications.publications(settings.home)
    weeks = [week | {"publication": stated.get(week["week"])} for week in known["weeks"]]
    reported = [Week.parse(week) for week in releases.reported_weeks(settings.home)]
    due = [week["week"] for week in weeks if reported and Week.parse(week["week"]) > max(reported)]
    runs = read_runs(settings.home, last=_SHOWN_RUNS)
    states = file_states.read(settings.home)
    seen = proof.inspect(settings.home)
    landed = seen.files
    waiting = [item.file for item in landed if item.file_id not in states]
    aside = [states[item.file_id] for item in landed if states.get(item.file_id, LOADED) != LOADED]
    aside += [flaw.sentence for flaw in seen.flaws]
    return {
        "home": str(settings.home),
        "election": settings.election.name_id,
        "regency": settings.election.regency,
        "published": str(settings.home / "published") if release else None,
        "weeks": weeks,
        "due": due,
        "stale": _stale(settings, known["stated"]),
        "waiting_files": waiting,
        "set_aside": aside,
        "failed": sorted({sentence for run in runs for sentence in run["held"]} - set(aside)),
        "missing_days": known["missing"],
        "to_look_at": _silences(settings),
        "resting": _resting(settings),
        "runs": [
            {name: run[name] for name in ("run_id", "verb", "started_at", "ended_at", "outcome", "message")}
            for run in runs
        ],
    }


def _stale(settings: Settings, stated: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Published weeks that were stated under other seeds or labels than the present ones, and which these are."""
    version, seeds = labels.label_version(settings.seeds), seed_versions(settings.seeds)
    stale = []
    for each in stated:
        changed = publications.changed_seeds(publications.seeds_of(each["seeds"]), seeds)
        is_labelled_otherwise = each["label_version"] not in (None, version)
        if changed or is_labelled_otherwise:
            labelled = {"stated": each["label_version"], "present": version} if is_labelled_otherwise else None
            stale.append({"week": each["week"], "seeds": changed, "labels": labelled})
    return stale


def _stale_lines(stale: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for every run of weeks that went stale for the same cause."""
    for cause, group in groupby(stale, key=_cause):
        weeks = [each["week"] for each in group]
        span = f"week {weeks[0]} is" if len(weeks) == 1 else f"weeks {weeks[0]} to {weeks[-1]} ({len(weeks)}) are"
        relabel = " --relabel" if "labels" in cause else ""
        yield (f"  {span} stale: {cause}; see `ronda backfill {weeks[0]} {weeks[-1]} --reason TEXT{relabel} --dry-run`")


def _cause(each: Mapping[str, Any]) -> str:
    parts = [f"other seeds now ({', '.join(each['seeds'])})"] if each["seeds"] else []
    if each["labels"]:
        parts.append(f"labels {each['labels']['stated']}, now {each['labels']['present']}")
    return ", ".join(parts)


def _resting(settings: Settings) -> dict[str, str]:
    """Platforms that did not answer and are left alone, with the moment until when."""
    kept = {path.stem: read_state(path) for path in sorted((settings.home / "extract" / "pace").glob("*.json"))}
    opened = {platform: str(facts.get("opened_until") or "") for platform, facts in kept.items()}
    now = datetime.now(UTC)
    return {platform: until for platform, until in opened.items() if until and datetime.fromisoformat(until) > now}


def _silences(settings: Settings) -> list[dict[str, Any]]:
    """Queries that fell silent against their own history, as the extraction's ledgers hold them."""
    silences = []
    for path in sorted((settings.home / "extract" / "ledger").glob("*.json")):
        flagged: dict[str, list[str]] = json.loads(path.read_bytes()).get("flagged", {})
        for query, days in sorted(flagged.items()):
            for first, last in _spans(days):
                silences.append({"source": path.stem, "query": query, "first_day": first, "last_day": last})
    return silences


def _spans(days: Sequence[str]) -> list[tuple[str, str]]:
    """(first, last) of every run of consecutive days."""
    spans: list[tuple[str, str]] = []
    for day in sorted(days):
        if spans and date.fromisoformat(day) - date.fromisoformat(spans[-1][1]) == timedelta(days=1):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def as_json(settings: Settings) -> str:
    """The status for programs."""
    return json.dumps(gather(settings), ensure_ascii=False, indent=1)


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.0f} %"


def as_text(settings: Settings) -> str:
    """The status for people."""
    facts = gather(settings)
    lines = [f"{facts['election']}, {facts['regency']}; home {facts['home']}"]
    if facts["published"] is None:
        lines.append("Nothing is published yet. Start with `ronda demo`, or `ronda import PATH` and `ronda weekly`.")
    else:
        lines.append(f"Published: {facts['published']}/index.html")
        lines.append("")
        lines.append(f"{'week':<9} {'posts':>8} {'coverage':>9}  publication")
        for week in facts["weeks"][-_SHOWN_WEEKS:]:
            number = week["publication"] or "-"
            lines.append(f"{week['week']:<9} {week['posts']:>8,} {_percent(week['coverage']):>9}  {number}")
        hidden = len(facts["weeks"]) - _SHOWN_WEEKS
        if hidden > 0:
            lines.append(f"... and {hidden} earlier weeks (all with --json)")
    lines.append("")
    lines.append("Missing:")
    missing = [f"  week {week} is complete and not published; run `ronda weekly`" for week in facts["due"]]
    missing += list(_stale_lines(facts["stale"]))
    missing += [f"  {name} landed and is not loaded; run `ronda weekly`" for name in facts["waiting_files"]]
    missing += [f"  set aside: {sentence} Import the corrected file." for sentence in facts["set_aside"]]
    missing += [f"  failed lately: {sentence}" for sentence in facts["failed"]]
    missing += [
        f"  {platform} does not answer and is left alone until {until[:16]} UTC (circuit breaker open)"
        for platform, until in facts["resting"].items()
    ]
    missing += [
        f"  {each['source']} {each['query']}: sudden silence {each['first_day']} to {each['last_day']}, not counted as"
        " zero; look at the account"
        for each in facts["to_look_at"]
    ]
    missing += [
        f"  {gap['platform']}/{gap['source']}: {gap['days']} days not collected,"
        f" {gap['first_day']} to {gap['last_day']} ({gap['reason']})"
        for gap in facts["missing_days"]
    ]
    lines += missing or ["  nothing"]
    lines.append("")
    lines.append("Last runs:")
    for run in reversed(facts["runs"]):
        lines.append(f"  {run['started_at'][:16]} {run['verb']:<9} {run['outcome']:<11} {run['message']}".rstrip())
    if not facts["runs"]:
        lines.append("  none")
    return "\n".join(map(one_line, lines))
