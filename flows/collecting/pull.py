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

from flows.collecting import collected_days, watch_list
from flows.collecting.journal import Journal
from flows.exits import UsageError
from flows.loading import landing
from flows.settings import Settings
from flows.sources import facebook_graph, instagram_graph, pages, tiktok_research
from flows.sources.facebook_graph import FacebookGraph
from flows.sources.http import Answer, Client, Redactor, checked_base, user_agent
from flows.sources.instagram_graph import InstagramGraph
from flows.sources.pacing import Clock, Limit, Pace
from flows.sources.tiktok_research import TikTokResearch
from flows.sources.walking import Connector, Gap, Outcome, Walk, follow
from flows.store.watch_history import read_state, write_state

SOURCES: Mapping[str, str] = {
    tiktok_research.SOURCE: tiktok_research.PLATFORM,
    facebook_graph.SOURCE: facebook_graph.PLATFORM,
    instagram_graph.SOURCE: instagram_graph.PLATFORM,
}
RECENT = timedelta(hours=3)  # an interrupted run that is finished so soon needs no other
Observe = Callable[[Walk, Answer], None]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one source: counts, and the sentences of what failed (`failure` when it concerns the source)."""

    source: str
    walks: int = 0
    complete: int = 0
    requests: int = 0
    posts: int = 0
    failure: str | None = None
    sentences: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    found: frozenset[str] = frozenset()

    def sentence(self) -> str:
        """The counts in one line."""
        walks = f"{self.complete:,} of {self.walks:,} queries complete"
        return f"{self.source}: {self.posts:,} posts in {self.requests:,} requests, {walks}"


def configured(settings: Settings) -> list[str]:
    """The sources that have their credentials."""
    has = {
        tiktok_research.SOURCE: settings.tiktok_client_key and settings.tiktok_client_secret,
        facebook_graph.SOURCE: settings.facebook_token,
        instagram_graph.SOURCE: settings.instagram_token and settings.instagram_user_id,
    }
    return [source for source in SOURCES if has[source]]


def state_folder(settings: Settings) -> Path:
    """Where extraction keeps what it must not forget."""
    return settings.home / "extract"


def _secrets(settings: Settings) -> list[str]:
    given = (
        settings.tiktok_client_key,
        settings.tiktok_client_secret,
        settings.facebook_token,
        settings.instagram_token,
        settings.graph_app_secret,
    )
    return [secret.get_secret_value() for secret in given if secret is not None]


def connect(settings: Settings, source: str, clock: Clock) -> tuple[Connector, Client]:
    """The connector of a source and its client. Raises UsageError for an address that is not safe."""
    zone = settings.election.zone
    graph_url = checked_base(settings.graph_url, "graph_url")
    app_secret = settings.graph_app_secret.get_secret_value() if settings.graph_app_secret else None
    limit = Limit(settings.graph_requests_per_second, burst=5)
    connector: Connector
    base = graph_url
    if source == tiktok_research.SOURCE and settings.tiktok_client_key and settings.tiktok_client_secret:
        base = checked_base(settings.tiktok_url, "tiktok_url")
        key, secret = settings.tiktok_client_key, settings.tiktok_client_secret
        connector = TikTokResearch(key.get_secret_value(), secret.get_secret_value())
        limit = Limit(settings.tiktok_requests_per_second, burst=5, per_day=settings.tiktok_requests_per_day)
    elif source == facebook_graph.SOURCE and settings.facebook_token:
        token = settings.facebook_token.get_secret_value()
        connector = FacebookGraph(graph_url, settings.graph_version, token, app_secret, zone)
    elif source == instagram_graph.SOURCE and settings.instagram_token and settings.instagram_user_id:
        base = checked_base(settings.instagram_url or graph_url, "instagram_url")
        token, user = settings.instagram_token.get_secret_value(), settings.instagram_user_id
        connector = InstagramGraph(base, settings.graph_version, token, app_secret, user, zone)
    else:
        raise UsageError(
            f"The source {source} has no credentials; set them in the environment (see flows/settings.py)."
        )
    pace = Pace(state_folder(settings) / "pace" / f"{SOURCES[source]}.json", limit, clock)
    client = Client(
        base,
        pace,
        clock,
        Redactor(_secrets(settings)),
        user_agent(settings.office),
        timeout=settings.request_timeout,
        deadline=settings.request_deadline,
    )
    return connector, client


def plan_posts(settings: Settings, source: str, now: datetime) -> list[Walk]:
    """The walks of a run: the look-back, and every day that was not collected yet."""
    watched = watch_list.read_watched(settings)[SOURCES[source]]
    known = collected_days.read_known(ledger_path(settings, source))
    today = now.astimezone(settings.election.zone).date()
    asked = settings.watch
    made = watch_list.walks(
        source,
        SOURCES[source],
        watched,
        lambda query: known.due(query, today, asked.look_back_days, asked.since),
    )
    if source == instagram_graph.SOURCE and watched.hashtags:
        made += _plan_hashtags(settings, watched.hashtags, now, today)
    return made


def _plan_hashtags(settings: Settings, hashtags: tuple[str, ...], now: datetime, today: date) -> list[Walk]:
    """The hashtags within the budget; those over it are walks that may not be asked."""
    path = state_folder(settings) / "hashtags.json"
    kept = read_state(path)
    budget = watch_list.HashtagBudget(
        {name: datetime.fromisoformat(moment) for name, moment in kept.get("counted", {}).items()},
        kept.get("ids", {}),
    )
    made, over = watch_list.hashtag_walks(hashtags, budget, now, today)
    counted = {name: moment.isoformat() for name, moment in budget.counted.items()}
    write_state(path, {"counted": counted, "ids": budget.ids})  # before anything is asked
    return made + [_over_budget(hashtag, today) for hashtag in over]


def _over_budget(hashtag: str, today: date) -> Walk:
    target = {"hashtag": hashtag, "refused": str(Gap.QUOTA)}
    return Walk(instagram_graph.SOURCE, "instagram", f"hashtag:{hashtag}", "hashtag", today, today, target)


def ledger_path(settings: Settings, source: str) -> Path:
    """The ledger of a source."""
    return state_folder(settings) / "ledger" / f"{source}.json"


def _thaw(facts: Mapping[str, Any]) -> Walk:
    first, last = (date.fromisoformat(facts[name]) for name in ("first_day", "last_day"))
    return Walk(**{**facts, "first_day": first, "last_day": last})


def _freeze(walk: Walk) -> dict[str, Any]:
    return asdict(walk) | {"first_day": walk.first_day.isoformat(), "last_day": walk.last_day.isoformat()}


def pull(
    settings: Settings,
    source: str,
    clock: Clock,
    looks: Iterable[Walk] | None = None,
    observe: Observe | None = None,
) -> list[Pulled]:
    """Pulls one source: first what an interrupted run left, then (unless that is fresh) a new plan, or `looks`."""
    journal = Journal(state_folder(settings) / "open" / source)
    connector, client = connect(settings, source, clock)
    try:
        done = []
        if journal.is_open:
            made_at = datetime.fromisoformat(journal.plan()["made_at"])
            done.append(_run(settings, journal, connector, client, observe))
            if looks is None and clock.now() - made_at < RECENT:
                return done
        plan = plan_posts(settings, source, clock.now()) if looks is None else list(looks)
        if plan:
            now = clock.now()
            name = f"{source}-{now:%Y%m%dT%H%M%S%f}.ndjson"
            walks = [_freeze(walk) for walk in plan]
            journal.begin({"source": source, "walks": walks, "made_at": now.isoformat()}, name)
            done.append(_run(settings, journal, connector, client, observe))
        return done
    finally:
        client.close()


def _run(settings: Settings, journal: Journal, connector: Connector, client: Client, observe: Observe | None) -> Pulled:
    facts = journal.plan()
    plan = [_thaw(each) for each in facts["walks"]]
    kept: dict[str, list[Answer]] = {}
    for line in journal.lines():
        key, answer = pages.from_line(line)
        kept.setdefault(key, []).append(answer)
    refused = [walk for walk in plan if "refused" in walk.target]
    asked = [walk for walk in plan if "refused" not in walk.target]

    with journal:

        def keep(walk: Walk, answer: Answer) -> None:
            journal.append(pages.to_line(walk, answer))
            if observe is not None:
                observe(walk, answer)

        outcomes = list(follow(connector, client, asked, kept, keep))
    del kept
    outcomes += [collected_days.refused(walk) for walk in refused]
    _learn_hashtags(settings, journal, outcomes)
    _land(settings, journal, outcomes, client.clock.now())
    journal.close()
    return _pulled(connector.source, outcomes)


def _learn_hashtags(settings: Settings, journal: Journal, outcomes: Iterable[Outcome]) -> None:
    """The ids of hashtags never change; each is searched for once."""
    if not any(outcome.walk.kind == "hashtag" for outcome in outcomes):
        return
    path = state_folder(settings) / "hashtags.json"
    state = read_state(path)
    for line in journal.lines():
        key, answer = pages.from_line(line)
        if answer.status == 200 and answer.request["url"].endswith("/ig_hashtag_search"):
            found = pages.hashtag_id(answer)
            if found is not None:
                state.setdefault("ids", {})[key.split("|")[1].removeprefix("hashtag:")] = found
    write_state(path, state)


def _land(settings: Settings, journal: Journal, outcomes: list[Outcome], now: datetime) -> None:
    """Pages and ledger rows land; then the ledger is kept. Repeated, it does the same again and changes nothing."""
    home = settings.home
    facts = journal.plan()
    source, platform = facts["source"], SOURCES[facts["source"]]
    path = ledger_path(settings, source)
    known = collected_days.read_known(path)
    zone = settings.election.zone
    made_at = datetime.fromisoformat(facts["made_at"])
    rows = collected_days.settle(known, outcomes, zone, made_at.astimezone(zone).date())
    if journal.pages.is_file() and journal.pages.stat().st_size:
        landing.land(home, journal.pages, kind="posts", platform=platform, source=source, landed_at=now, position=0)
    if rows:
        with tempfile.TemporaryDirectory() as scratch:
            log = Path(scratch) / f"collection-{journal.pages.stem}.csv"
            log.write_bytes(collected_days.as_log(rows))
            landing.land(
                home, log, kind="collection", platform=platform, source="collection", landed_at=now, position=1
            )
    collected_days.write_known(path, known)


def _pulled(source: str, outcomes: list[Outcome]) -> Pulled:
    stops = [outcome.end for outcome in outcomes if outcome.end.stops_source]
    partial = [outcome.end.sentence for outcome in outcomes if outcome.end.gap and not outcome.end.stops_source]
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
        sentences=tuple(dict.fromkeys(sentence for sentence in partial if sentence)),
        missing=missing,
        found=frozenset(seen),
    )
