"""The simulated season: reproducible, and its truth is what an independent reading of its files finds."""

import csv
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.simulation import SeasonSummary, write_season

WIB = timezone(timedelta(hours=7))
POSTS = 12_000
Key = tuple[str, str]


@dataclass
class Reading:
    """What a plain reader, written apart from ronda's, finds in a season's files."""

    counts: dict[tuple[str, str], tuple[int, int, int, int]] = field(default_factory=dict)
    created: dict[Key, int] = field(default_factory=dict)
    batch: dict[Key, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> SeasonSummary:
    return write_season(tmp_path_factory.mktemp("season"), posts=POSTS, seed=11)


@pytest.fixture(scope="module")
def truth(season: SeasonSummary) -> pl.DataFrame:
    return pl.read_parquet(season.folder / "truth" / "posts.parquet")


@pytest.fixture(scope="module")
def events(season: SeasonSummary) -> pl.DataFrame:
    return pl.read_csv(season.folder / "truth" / "events.csv", infer_schema=False)


def zeeschuimer_key(line: bytes) -> tuple[Key, int | None] | None:
    try:
        record = json.loads(line)
    except ValueError:  # half a line, or bytes that are no UTF-8
        return None
    envelope = record.get("__import_meta", record)
    data = record if "__import_meta" in record else record["data"]
    if envelope["source_platform"] == "tiktok.com":
        return ("tiktok", data["id"]), int(data["createTime"])
    if envelope["source_platform"] == "instagram.com" and data.get("product_type") != "ad":
        moment = data.get("taken_at") or data.get("taken_at_timestamp")
        return ("instagram", data.get("code") or data["shortcode"]), moment
    return None


def keys_of(path: Path) -> list[tuple[Key, int | None] | None]:
    """The key and time of every record of a file, None for what is no post."""
    if path.suffix == ".ndjson":
        return [zeeschuimer_key(line) for line in path.read_bytes().splitlines()]
    if path.suffix == ".json":
        found: list[tuple[Key, int | None] | None] = []
        for page in json.loads(path.read_bytes()):
            for element in page["data"]:
                moment = element.get("created_time")
                key = ("facebook", element["id"].split("_")[1])
                found.append((key, int(datetime.fromisoformat(moment).timestamp())) if moment else None)
        return found
    zones = {"WIB": WIB, "UTC": UTC}
    found = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            moment, _, zone = row["Post Created"].rpartition(" ")
            key = ("facebook", row["URL"].rstrip("/").rsplit("/", 1)[1])
            known = zones.get(zone)
            seconds = int(datetime.fromisoformat(moment).replace(tzinfo=known).timestamp()) if known else None
            found.append((key, seconds) if known else None)
    return found


def read_season(folder: Path) -> Reading:
    about = json.loads((folder / "season.json").read_bytes())
    reading = Reading()
    for batch in about["batches"]:
        for name in batch["files"]:
            path = folder / "exports" / batch["week"] / name
            if name == "collection.csv":
                continue
            if name == "removals.csv":
                with path.open(encoding="utf-8", newline="") as lines:
                    gone = [(row["platform"], row["post_id"]) for row in csv.DictReader(lines)]
                known = sum(key in reading.batch for key in gone)
                reading.counts[batch["week"], name] = (len(gone), 0, known, len(gone) - known)
                continue
            found = keys_of(path)
            posts = 0
            for item in found:
                if item is not None and item[0] not in reading.batch:
                    posts += 1
                    reading.batch[item[0]] = batch["week"]
                if item is not None and item[1] is not None:
                    reading.created[item[0]] = item[1]
            rejects = found.count(None)
            reading.counts[batch["week"], name] = (len(found), posts, len(found) - posts - rejects, rejects)
    return reading


@pytest.fixture(scope="module")
def reading(season: SeasonSummary) -> Reading:
    return read_season(season.folder)


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_parameters_give_the_same_bytes_in_the_place_of_a_season_and_another_seed_does_not(
    tmp_path: Path,
) -> None:
    write_season(tmp_path / "twice", posts=1500, seed=1)
    other = digest(tmp_path / "twice")
    write_season(tmp_path / "twice", posts=800, seed=2)
    write_season(tmp_path / "once", posts=800, seed=2)
    first = digest(tmp_path / "once")
    assert digest(tmp_path / "twice") == first
    for name in ("truth/posts.parquet", "exports/2024-W05/tiktok.ndjson"):
        assert first[name] != other[name]


def test_counts_are_what_an_independent_reader_finds(season: SeasonSummary, reading: Reading) -> None:
    counts = pl.read_csv(season.folder / "truth" / "counts.csv")
    expected = {(row[0], row[1]): row[2:] for row in counts.iter_rows()}
    assert reading.counts == expected
    assert all(records == posts + duplicates + rejects for records, posts, duplicates, rejects in expected.values())
    assert season.posts == POSTS == sum(count[1] for count in expected.values())
    assert (season.duplicates, season.rejects) == tuple(sum(c[n] for c in expected.values()) for n in (2, 3))


def test_every_post_of_the_truth_is_in_the_files_at_its_time_and_batch(truth: pl.DataFrame, reading: Reading) -> None:
    rows = truth.select("platform", "post_id", pl.col("created_at").dt.epoch("s"), "batch").rows()
    assert {(p, i): moment for p, i, moment, _ in rows} == reading.created
    assert {(p, i): batch for p, i, _, batch in rows} == reading.batch


def test_days_weeks_and_volumes_follow_local_time(season: SeasonSummary, truth: pl.DataFrame) -> None:
    local = truth["created_at"].dt.convert_time_zone("Asia/Jakarta")
    assert (local.dt.date() == truth["day"]).all()
    assert (local.dt.strftime("%G-W%V") == truth["week"]).all()
    volumes = pl.read_csv(season.folder / "truth" / "volumes.csv", try_parse_dates=True)
    counted = Counter(truth.select("platform", "day").iter_rows())
    assert {(row["platform"], row["day"]): row["posts"] for row in volumes.iter_rows(named=True)} == {
        (row["platform"], row["day"]): counted[row["platform"], row["day"]] for row in volumes.iter_rows(named=True)
    }
    assert len(volumes) == 178 * 3


@pytest.mark.parametrize(
    "moment",
    ["2023-11-27 23:59:59", "2023-11-28 00:00:00", "2024-01-20 23:59:59", "2024-01-21 00:00:00", "2024-02-10 23:59:59",
     "2024-02-11 00:00:00", "2024-02-13 23:59:59", "2024-02-14 00:00:00", "2023-08-21 00:00:00", "2024-01-28 23:59:59",
     "2024-01-29 00:00:00", "2024-02-14 23:59:59"],
)  # fmt: skip
def test_posts_stand_on_the_edges_of_weeks_and_phases(truth: pl.DataFrame, moment: str) -> None:
    second = datetime.fromisoformat(moment).replace(tzinfo=WIB)
    assert (truth["created_at"].dt.epoch("s") == int(second.timestamp())).any()


def test_ids_agree_with_the_time(truth: pl.DataFrame) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for post_id, seconds in (
        truth.filter(platform="tiktok").select("post_id", pl.col("created_at").dt.epoch("s")).rows()
    ):
        assert 2 <= seconds - (int(post_id) >> 32) <= 49
    for code, seconds in (
        truth.filter(platform="instagram").select("post_id", pl.col("created_at").dt.epoch("s")).rows()
    ):
        number = 0
        for letter in code:
            number = number * 64 + alphabet.index(letter)
        assert ((number >> 23) + 1_314_220_021_721) // 1000 == seconds


def test_rare_stays_rare_but_for_the_bursts(truth: pl.DataFrame) -> None:
    flagged = truth.filter(pl.col("indications").list.set_difference(["call_to_vote"]).list.len() > 0)
    weekly = Counter(flagged.filter(pl.col("burst").is_null())["week"].to_list())
    assert max(weekly.values()) <= 6
    assert any(week not in weekly for week in truth["week"].unique().to_list())
    bursts = dict(truth.filter(pl.col("burst").is_not_null()).group_by("burst").len().rows())
    assert set(bursts) == {"money_politics_w05", "smear_w50", "copy_paste_w02"}
    assert bursts["money_politics_w05"] > 6 < bursts["smear_w50"]


def test_a_call_to_vote_is_judged_by_its_time(truth: pl.DataFrame) -> None:
    calls = truth.filter(pl.col("indications").list.contains("call_to_vote"))
    codes = {phase: set(part.explode("indications")["indications"]) for (phase,), part in calls.group_by("phase")}
    assert codes["campaign"] == {"call_to_vote"}
    assert codes["quiet"] == {"call_to_vote", "quiet_period"}
    assert codes["pre_campaign"] == {"call_to_vote", "out_of_schedule"}
    assert "voting_day" not in codes
    assert calls.filter(pl.col("phase") == "campaign").height > 50


def test_texts_are_various_within_and_between_weeks(truth: pl.DataFrame) -> None:
    texts = truth.filter(pl.col("burst").is_null() & pl.col("text").is_not_null())
    assert texts["text"].n_unique() / len(texts) > 0.9
    of_week = {week: set(part["text"]) for (week,), part in texts.group_by("week")}
    overlap = len(of_week["2024-W04"] & of_week["2024-W05"]) / len(of_week["2024-W05"])
    assert overlap < 0.05
    assert set(texts["language"].unique()) == {"id", "jv", "mixed"}


def test_the_copied_text_is_one_text_of_many_accounts(truth: pl.DataFrame) -> None:
    copies = truth.filter(burst="copy_paste_w02", is_edited=False)
    assert copies.group_by("platform").agg(pl.col("text").n_unique())["text"].to_list() == [1, 1]
    assert copies["author"].n_unique() > 0.8 * len(copies)


def test_no_contestant_is_favoured(truth: pl.DataFrame) -> None:
    texts = truth["text"].drop_nulls().str.to_lowercase()
    named = [int(texts.str.count_matches(rf"paslon 0{n}|nomor (urut )?{n}\b").sum()) for n in (1, 2, 3)]
    assert min(named) > 0.75 * max(named) > 0


def test_outages_leave_no_posts_and_are_in_the_collection_log(season: SeasonSummary, truth: pl.DataFrame) -> None:
    log = pl.concat(
        [pl.read_csv(path, infer_schema=False) for path in sorted((season.folder / "exports").glob("*/collection.csv"))]
    )
    assert log["day"].n_unique() == 178
    lost = log.filter(platform="tiktok", day="2023-10-17")
    assert set(lost["succeeded"]) == {"0"} != set(lost["attempted"])
    assert all(lost["reason"].str.starts_with("outage"))
    days = truth.filter(platform="tiktok")["day"].cast(str)
    assert not days.is_in(["2023-10-17", "2023-10-18"]).any()
    assert "2023-W52" not in truth.filter(platform="instagram")["week"].to_list()
    assert not (season.folder / "exports" / "2023-W52" / "instagram.ndjson").exists()
    assert log.filter(pl.col("reason").str.starts_with("not attempted"))["attempted"].unique().to_list() == ["0"]


def test_events_point_at_the_record_they_name(season: SeasonSummary, events: pl.DataFrame) -> None:
    kinds = set(events["event"])
    assert kinds >= {"burst", "outage", "gap", "malformed", "duplicate", "reobserved", "edit", "late", "overlap"}
    assert kinds >= {"partial", "nul", "removal", "removal_unknown"}
    pointed = events.filter(pl.col("file") == "tiktok.ndjson", pl.col("line") != "", pl.col("post_id") != "")
    for batch, line, post_id in pointed.head(60).select("batch", "line", "post_id").rows():
        lines = (season.folder / "exports" / batch / "tiktok.ndjson").read_bytes().splitlines()
        assert post_id.encode() in lines[int(line) - 1]
    rows = events.filter(pl.col("file") == "facebook-crowdtangle.csv", pl.col("line") != "", pl.col("post_id") != "")
    for batch, line, post_id in rows.head(60).select("batch", "line", "post_id").rows():
        lines = (season.folder / "exports" / batch / "facebook-crowdtangle.csv").read_bytes().split(b"\n")
        assert any(post_id.encode() in text for text in lines[int(line) - 1 : int(line) + 3])


def test_late_posts_land_later_and_before_the_end(truth: pl.DataFrame) -> None:
    late = truth.filter("is_late")
    assert len(late) > 0
    assert (late["batch"] > late["week"]).all()
    assert (truth.filter(~pl.col("is_late"))["batch"] == truth.filter(~pl.col("is_late"))["week"]).all()


def test_pages_of_the_graph_api_carry_no_token(season: SeasonSummary) -> None:
    pages: list[dict[str, Any]] = json.loads(
        (season.folder / "exports" / "2024-W05" / "facebook-graph.json").read_bytes()
    )
    assert len(pages) > 1
    assert all("access_token=REDACTED&" in page["paging"]["next"] for page in pages[:-1])
    assert "next" not in pages[-1]["paging"]
    files = sorted((season.folder / "exports").glob("*/facebook-graph.json"))
    elements = [element for path in files for page in json.loads(path.read_bytes()) for element in page["data"]]
    assert any("message" not in element for element in elements)
    assert any("shares" not in element for element in elements)


def test_the_season_in_one_batch_has_the_same_size_and_agrees_with_its_counts(tmp_path: Path) -> None:
    summary = write_season(tmp_path, posts=3000, seed=5, weekly=False)
    assert [batch.week for batch in summary.batches] == ["2024-W07"]
    counts = pl.read_csv(tmp_path / "truth" / "counts.csv")
    assert read_season(tmp_path).counts == {(row[0], row[1]): row[2:] for row in counts.iter_rows()}
    assert counts["posts"].sum() == 3000
