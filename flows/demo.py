"""`ronda demo`: a simulated season of Kabupaten Batang, imported and published like a real one."""

import csv
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import reports
import sql
from expectations import run as quality
from flows import labels, processes, progress, simulation, steps, trends
from flows.collecting import watch_list
from flows.exits import UsageError
from flows.labels.indications import CALL_TO_VOTE
from flows.loading.arrivals import land_paths
from flows.loading.landing import Landed
from flows.loading.pending import replay
from flows.method import METHOD
from flows.periods import Week
from flows.progress import note, say
from flows.publishing import build, database, publications, releases
from flows.publishing.check import check_week
from flows.publishing.state import Cause, state_numbers
from flows.publishing.week import publish_week
from flows.seeds import read_seed
from flows.settings import Settings, lent
from flows.simulation.coders import NONE, SHEET, Drawn, returned
from flows.simulation.plan import FIRST_DAY
from flows.simulation.services import archive as posts_served
from flows.simulation.services.serve import serving
from flows.sources import reviews
from flows.sources.source import Watched
from flows.store import keys, models, warehouse
from flows.store.runs import recorded
from flows.store.warehouse import Connection, exclusive

if TYPE_CHECKING:
    from flows.orchestrator import Orchestrator

WEEK = "2024-W06"
LIVE_MOMENT = datetime(2024, 2, 18, 22, 0, tzinfo=UTC)  # when the last week of the season has landed
DESK_MOMENT = datetime(2024, 2, 19, 1, 0, tzinfo=UTC)  # that morning
# Not a secret: the season's authors do not exist, and the demo must come out the same everywhere.
AUTHOR_KEY = "6261 7461 6e67 2d72 6f6e 6461 2d64 656d 6f2d 6175 7468 6f72 2d6b 6579 2d30 3031".replace(" ", "")


# The posts of the latest weeks' review sheets with what the season knows of each; of two acts the first.
_DRAWN = """
    SELECT samples.platform, samples.post_id,
        coalesce(list_filter(truth.indications, lambda code: code <> ?)[1], ?) AS code, truth.sentiment
    FROM core.samples AS samples
    JOIN read_parquet(?) AS truth ON samples.platform = truth.platform AND samples.post_id = truth.post_id
    QUALIFY dense_rank() OVER (ORDER BY samples.week DESC) <= ?
    ORDER BY ALL"""


def _fresh_home(settings: Settings, folder: Path) -> None:
    key = settings.home / "secret.key"
    landing = settings.home / "landing"
    if landing.exists() and not (folder / "season.json").exists():
        raise UsageError(
            f"{settings.home} holds real posts and the demo would mix with them; set RONDA_HOME to another folder."
        )
    if settings.author_key is None and not key.exists():
        keys.write_key(key, AUTHOR_KEY)


def _watch(folder: Path) -> str:
    """What has to be watched to see the whole season, as the setting `watch`."""
    watched = posts_served.watch_list(folder)
    lists = {
        platform: {"accounts": each.accounts, "keywords": each.keywords, "hashtags": each.hashtags}
        for platform, each in watched.items()
    }
    lists["instagram"]["hashtags"] = ()  # a search sees 24 hours; the accounts see everything
    return json.dumps({"since": FIRST_DAY.isoformat(), **lists})


def _note_watched(settings: Settings, lists: Mapping[str, posts_served.WatchList]) -> None:
    """Notes what the people who exported the season watched, since its first day."""
    watched = {name: Watched(each.accounts, each.keywords, each.hashtags) for name, each in lists.items()}
    since = datetime.combine(FIRST_DAY, datetime.min.time(), settings.election.zone)
    watch_list.note(settings.home, watched, since, {name: each.accounts for name, each in lists.items()})


def run_live(settings: Settings, posts: int) -> None:
    """Serves the season as the platforms serve theirs, extracts it over HTTP on its own clock, publishes a week."""
    from flows.orchestrator import Orchestrator

    started = time.monotonic()
    folder = settings.home / "season"
    _fresh_home(settings, folder)
    with closing(Orchestrator(settings)) as server, processes.helper(make_machine_code, quality.make_ready):
        server.start()
        _simulate(folder, posts)
        _extract_and_publish(settings, folder, server)
    say(f"Done in {time.monotonic() - started:.0f} s. Another week: ronda weekly --week 2024-W05")


def _extract_and_publish(settings: Settings, folder: Path, server: "Orchestrator") -> None:
    # After the import of `demo`, so that this process holds the settings before the flows read them.
    from flows.extract import extract
    from flows.weekly import weekly

    server.wait()
    with serving(folder, now=LIVE_MOMENT) as services:
        values = {
            "watch": _watch(folder),
            "tiktok_url": services["tiktok"],
            "tiktok_client_key": "season-key",
            "tiktok_client_secret": "season-secret",
            "graph_url": services["facebook"],
            "instagram_url": services["instagram"],
            "facebook_token": "season-token",
            "instagram_token": "season-token",
            "instagram_user_id": "17841400000000001",
        }
        note("Extracting it from TikTok, Facebook and Instagram as they are simulated on this machine ...")
        with lent(values):
            done = extract(now=LIVE_MOMENT.isoformat())
    note("\n".join(f"  {line}" for line in (*done.text.splitlines(), *done.failures)))
    note(f"Modelling the season and publishing {WEEK} ...")
    say(weekly(week=WEEK, lang=settings.lang))


def _simulate(folder: Path, posts: int) -> Sequence[simulation.Batch]:
    note(f"Simulating a season of {posts:,} posts in {folder} ...")
    with progress.step("Simulating the season", "weeks") as advance:
        return simulation.write_season(folder, posts=posts, advance=advance).batches


def run(settings: Settings, posts: int) -> None:
    """Writes the season and replays it as it arrived: every batch is loaded and its week published before the next.

    One week gets its reports, the others their numbers, so that late posts and removals make real corrections. What is
    already published is not published again.
    """
    started = time.monotonic()
    folder = settings.home / "season"
    _fresh_home(settings, folder)
    with processes.helper(make_machine_code, quality.make_ready, reports.make_ready):
        batches = _simulate(folder, posts)
        demo = _Demo(settings, folder)
        is_reported = WEEK in releases.reported_weeks(settings.home)
        if demo.replay(batches) if is_reported else demo.publish(batches):
            with exclusive(settings.home):
                build.build_tables(settings)
                database.publish_tables(settings)
    say(f"Done in {time.monotonic() - started:.0f} s. Another week: ronda weekly --week 2024-W05")


def run_desk(settings: Settings) -> None:
    """Opens the desk of a season that is published, at which made-up people have worked; stays until it is stopped.

    Only on this machine; the passwords hold until the desk is opened again.
    """
    from flows import serving
    from flows.desk import rehearsal

    note("Two made-up people review what waits, with known errors, and a third decides ...")
    rehearsal.play(settings, settings.home / "season", DESK_MOMENT)
    week = Week.parse(WEEK)
    note(f"Publishing {WEEK} again, with what they said ...")
    with exclusive(settings.home), recorded(settings.home, "demo", {"weeks": "1"}) as run:
        build.build_tables(settings)
        check_week(settings, run, week)
        publish_week(settings, run, week)
    say(f"The desk lives on {DESK_MOMENT.astimezone(settings.election.zone):%d %B %Y}. Log in as:")
    for name, password in rehearsal.open_guests(settings.home).items():
        say(f"  {name:<12} {password}   ({rehearsal.GUESTS[name]})")
    serving.serve_desk(settings, say, None)


def make_machine_code() -> None:
    """Compiles the kernel of the labels and the scans of records, once per installation; else reads what is kept.

    For the helper of a run, while nothing is there to be labelled; a run that is so far waits for it.
    """
    from flows.files import csv_columns, json_columns, json_lists
    from flows.labels.compiled.batch import compiled_loop

    json_columns.compile_scan()
    csv_columns.compile_rows()
    json_lists.compile_outline()
    compiled_loop()


def _make_ready(settings: Settings) -> None:
    """Imports and reads what takes seconds."""
    reports.make_ready()
    labels.read_tables(settings.seeds)
    labels.label_quality(settings.seeds)


@dataclass(frozen=True, slots=True)
class _Demo:
    """A season in a folder on its way into a home."""

    settings: Settings
    folder: Path

    def publish(self, batches: Sequence[simulation.Batch]) -> bool:
        """Replays the season and publishes its reported week on the way; whether anything came after that week."""
        reported = next(number for number, batch in enumerate(batches) if batch.week == WEEK)
        note("Replaying it week by week: what landed is loaded, checked and stated ...")
        settings = self.settings
        watched = processes.later(posts_served.watch_list, self.folder)
        self.replay(batches[:reported], lambda: _make_ready(settings))
        _note_watched(settings, watched())
        note(f"Made-up coders return the sheets of {METHOD.estimate_weeks} weeks; modelling and publishing {WEEK} ...")
        with exclusive(settings.home):
            self._land(batches[reported], self._reviewed())
        say(steps.by_hand(week=WEEK, lang=settings.lang))
        return self.replay(batches[reported + 1 :])

    def replay(self, batches: Sequence[simulation.Batch], meanwhile: Callable[[], None] = lambda: None) -> bool:
        """Loads each batch and states the numbers of its week; whether there was anything new.

        `meanwhile` is done here while the disk takes in what lands.
        """
        settings = self.settings
        known = publications.publications(settings.home)
        new = [batch for batch in batches if batch.week not in known]
        if not new:
            return False

        def state(connection: Connection, number: int, counts: str) -> None:
            stated(number, len(new))
            state_numbers(settings, connection, Week.parse(new[number].week), Cause(record.run_id))
            note(f"  {new[number].week}: {counts}")

        with (
            exclusive(settings.home),
            recorded(settings.home, "demo", {"weeks": str(len(new))}) as record,
            progress.step("Reading posts", "bytes") as read,
            progress.step("Stating weeks", "weeks") as stated,
            ThreadPoolExecutor(1) as beside,
        ):
            landing = beside.submit(lambda: [self._land(batch) for batch in new])
            meanwhile()
            replay(settings, record, landing.result(), state, read)
        return True

    def _reviewed(self) -> Path:
        """The review sheets of the latest weeks, as two made-up coders and a third filled them in."""
        with warehouse.opened(self.settings.home) as connection:
            sampled = models.needed(connection, models.read_models(sql.FOLDER), ("core.samples",))
            models.build(connection, sampled, trends.METHODS, is_lasting=False)
            truth = str(self.folder / "truth" / "posts.parquet")
            drawn = warehouse.query(connection, _DRAWN, [CALL_TO_VOTE, NONE, truth, METHOD.estimate_weeks])
        codes = [row["code"] for row in read_seed("indications", self.settings.seeds) if row["code"] != CALL_TO_VOTE]
        sentiments = [row["code"] for row in read_seed("sentiments", self.settings.seeds)]
        said = list(returned((Drawn(*row) for row in drawn.iter_rows()), codes, sentiments))
        path = self.folder / "returned.csv"
        with path.open("w", encoding="utf-8", newline="") as sheet:
            csv.writer(sheet, lineterminator="\n").writerows([[reviews.COLUMNS[name][1] for name in SHEET], *said])
        return path

    def _land(self, batch: simulation.Batch, *others: Path) -> tuple[Landed, ...]:
        files = [*(self.folder / "exports" / batch.week / name for name in batch.files), *others]
        return land_paths(self.settings, files, batch.landed_at).landed
