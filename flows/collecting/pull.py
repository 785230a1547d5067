"""One source pulled: plan, pages, ledger. Killed anywhere and started again it goes on where it stood.

The plan is written first, each page before it is read, and at the end the pages and the rows of the ledger land as
files. Every step can be repeated: a page that was kept is not fetched again, a file that landed lands once.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from flows import sources
from flows.collecting import collected_days, watch_list
from flows.collecting.journal import Journal
from flows.exits import UsageError
from flows.loading import landing
from flows.settings import Settings
from flows.sources import collection, pages
from flows.sources.http import Answer, Client, user_agent
from flows.sources.pacing import Clock, Pace
from flows.sources.redacting import Redactor
from flows.sources.source import Source
from flows.sources.walking import Connector, Outcome, Walk, follow
from flows.store.watch_history import read_state, write_state

RECENT = timedelta(hours=3)  # an interrupted run that is finished so soon needs no other
Observe = Callable[[Walk, Answer], None]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one source: counts, and the sentences of what failed (`failure` when it concerns the source).

    Of looks: `missing` is gone for its reason, `refused` may be gone or closed to us, `found` was there; `is_vouched`
    says that the platform showed something, though nothing that was looked for.
    """

    source: str
    walks: int = 0
    complete: int = 0
    requests: int = 0
    posts: int = 0
    failure: str | None = None
    sentences: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    found: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    is_vouched: bool = False

    def sentence(self) -> str:
        """The counts in one line."""
        walks = f"{self.complete:,} of {self.walks:,} queries complete"
        return f"{self.source}: {self.posts:,} posts in {self.requests:,} requests, {walks}"


def configured(settings: Settings) -> list[str]:
    """The names of the sources that have their credentials."""
    return [source.name for source in sources.SOURCES if source.is_configured(settings)]


def state_folder(settings: Settings) -> Path:
    """Where extraction keeps what it must not forget."""
    return settings.home / "extract"


def _secrets(settings: Settings) -> list[str]:
    """Every secret of the settings, whoever it is for: an answer may repeat any of them."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def connect(settings: Settings, source: Source, clock: Clock) -> tuple[Connector, Client]:
    """The connector of a source and its client. Raises UsageError without credentials or for an unsafe address."""
    if not source.is_configured(settings):
        raise UsageError(f"The source {source.name} has no credentials; set those that flows/EXTRACTION.md names.")
    access = source.connect(settings)
    pace = Pace(state_folder(settings) / "pace" / f"{source.name}.json", access.limit, clock)
    client = Client(
        access.base,
        pace,
        clock,
        Redactor((*_secrets(settings), *access.secrets)),
        user_agent(settings.signing_office),
        timeout=settings.request_timeout,
        deadline=settings.request_deadline,
    )
    return access.connector, client


def plan_posts(settings: Settings, source: Source, now: datetime) -> list[Walk]:
    """The walks of a run: the look-back and every day that was not collected yet, then what is polled."""
    watched = watch_list.read_watched(settings)[source.platform]
    known = collected_days.read_known(ledger_path(settings, source))
    today = now.astimezone(settings.election.zone).date()
    asked = settings.watch
    walks = watch_list.walks(source, watched, lambda query: known.due(query, today, asked.look_back_days, asked.since))
    memory = _memory(settings, source)
    walks += source.polls(watched, memory, now, today)
    _remember(settings, source, memory)  # before anything is asked
    return walks


def _memory(settings: Settings, source: Source) -> dict[str, Any]:
    """What a source has to know of its former runs."""
    return read_state(state_folder(settings) / f"{source.memory}.json") if source.memory else {}


def _remember(settings: Settings, source: Source, memory: Mapping[str, Any]) -> None:
    if source.memory and memory:
        write_state(state_folder(settings) / f"{source.memory}.json", memory)


def ledger_path(settings: Settings, source: Source) -> Path:
    """The ledger of a source."""
    return state_folder(settings) / "ledger" / f"{source.name}.json"


def _thaw(facts: Mapping[str, Any]) -> Walk:
    first, last = (date.fromisoformat(facts[name]) for name in ("first_day", "last_day"))
    return Walk(**{**facts, "first_day": first, "last_day": last})


def _freeze(walk: Walk) -> dict[str, Any]:
    return asdict(walk) | {"first_day": walk.first_day.isoformat(), "last_day": walk.last_day.isoformat()}


def pull(
    settings: Settings,
    name: str,
    clock: Clock,
    looks: Iterable[Walk] | None = None,
    observe: Observe | None = None,
) -> list[Pulled]:
    """Pulls the source of a name: first what an interrupted run left, then (unless that is fresh) a new plan, or
    `looks`. Raises UsageError for a source that is unknown or not configured."""
    source = sources.source_named(name)
    journal = Journal(state_folder(settings) / "open" / name)
    connector, client = connect(settings, source, clock)
    pulling = _Pulling(settings, source, journal, connector, client, observe)
    try:
        done = []
        if journal.is_open:
            made_at = datetime.fromisoformat(journal.plan()["made_at"])
            done.append(pulling.run())
            if looks is None and clock.now() - made_at < RECENT:
                return done
        plan = plan_posts(settings, source, clock.now()) if looks is None else list(looks)
        if plan:
            now = clock.now()
            walks = [_freeze(walk) for walk in plan]
            journal.begin(
                {"source": name, "walks": walks, "made_at": now.isoformat()}, f"{name}-{now:%Y%m%dT%H%M%S%f}.ndjson"
            )
            done.append(pulling.run())
        return done
    finally:
        client.close()


@dataclass(frozen=True, slots=True)
class _Pulling:
    """A source that is being pulled: what it is, what its open journal holds, and whom it asks."""

    settings: Settings
    source: Source
    journal: Journal
    connector: Connector
    client: Client
    observe: Observe | None

    def run(self) -> Pulled:
        """Follows the plan of the journal from where its pages end; the pages and the rows of the ledger land."""
        plan = [_thaw(each) for each in self.journal.plan()["walks"]]
        memory = _memory(self.settings, self.source)
        kept: dict[str, list[Answer]] = {}
        for line in self.journal.lines():
            key, answer = pages.from_line(line)
            kept.setdefault(key, []).append(answer)
            self.source.learn(memory, answer)
        masked = sum(answer.masked for answers in kept.values() for answer in answers)

        def keep(walk: Walk, answer: Answer) -> None:
            nonlocal masked
            self.journal.append(pages.to_line(walk, answer))
            masked += answer.masked
            self.source.learn(memory, answer)
            if self.observe is not None:
                self.observe(walk, answer)

        asked = [walk for walk in plan if "refused" not in walk.target]
        with self.journal:
            outcomes = list(follow(self.connector, self.client, asked, kept, keep))
        outcomes += [collected_days.refused(walk) for walk in plan if "refused" in walk.target]
        _remember(self.settings, self.source, memory)
        self._land(outcomes, masked, self.client.clock.now())
        self.journal.close()
        return _pulled(self.source.name, outcomes)

    def _land(self, outcomes: list[Outcome], masked: int, now: datetime) -> None:
        """Pages and ledger rows land; then the ledger is kept. Repeated, it does the same again and changes nothing."""
        home, zone, source = self.settings.home, self.settings.election.zone, self.source
        path = ledger_path(self.settings, source)
        known = collected_days.read_known(path)
        made_at = datetime.fromisoformat(self.journal.plan()["made_at"])
        rows = collected_days.settle(known, outcomes, zone, made_at.astimezone(zone).date())
        if self.journal.pages.is_file() and self.journal.pages.stat().st_size:
            form = pages.format_of(source)
            landing.land(home, self.journal.pages, form, source.platform, landed_at=now, position=0, masked=masked)
        if rows:
            with tempfile.TemporaryDirectory() as scratch:
                log = Path(scratch) / f"collection-{self.journal.pages.stem}.csv"
                log.write_bytes(collected_days.as_log(rows))
                landing.land(home, log, collection.FORMAT, source.platform, landed_at=now, position=1)
        collected_days.write_known(path, known)


def _pulled(source: str, outcomes: list[Outcome]) -> Pulled:
    stops = [outcome.end for outcome in outcomes if outcome.end.stops_source]
    partial = [outcome.end.sentence for outcome in outcomes if outcome.end.gap and not outcome.end.stops_source]
    remarks = [remark for outcome in outcomes for remark in outcome.remarks]
    seen: set[str] = set()
    missing: dict[str, str] = {}
    for outcome in outcomes:
        seen.update(outcome.seen)
        missing |= outcome.missing
    complete = sum(outcome.end.gap is None for outcome in outcomes)
    failure = stops[0].sentence if stops else None
    if failure is None and outcomes and not complete:
        failure = f"{source}: none of {len(outcomes):,} queries could be completed. {partial[0]}"
    return Pulled(
        source,
        walks=len(outcomes),
        complete=complete,
        requests=sum(outcome.sent for outcome in outcomes),
        posts=len(seen),
        failure=failure,
        sentences=tuple(dict.fromkeys(sentence for sentence in (*partial, *remarks) if sentence)),
        missing=missing,
        found=frozenset(seen),
        refused=frozenset().union(*(outcome.refused for outcome in outcomes)),
        is_vouched=any(outcome.is_vouched for outcome in outcomes),
    )
