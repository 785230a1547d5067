"""From files to facts: every record is accounted for, the latest observation wins, and a gate leaves no trace."""

import gzip
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

from flows import labels
from flows.exits import Exit, GateStoppedError, InputRefusedError, UsageError
from flows.loading import gates
from flows.loading import load as loading
from flows.loading.arrivals import land_paths
from flows.loading.imports import run_import
from flows.loading.pending import load_pending, replay
from flows.loading.preview import run_preview
from flows.loading.summary import LoadSummary
from flows.settings import Settings, TableMapping
from flows.store import warehouse
from flows.store.runs import Run, begin, read_runs
from tests.exports import NOON, removals, tiktok, tiktok_id, write_lines
from tests.sql.warehouse_of_cases import build

pytestmark = pytest.mark.usefixtures("only_marked_expectations")

LANDED = datetime(2024, 2, 5, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home", author_key="ab" * 32)
    made.export()
    return made


def bring(settings: Settings, *paths: Path, hours: int = 0, covers: tuple[date, date] | None = None) -> list[str]:
    said: list[str] = []
    run_import(settings, paths, LANDED + timedelta(hours=hours), covers, said.append)
    return said


def rows(settings: Settings, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    with warehouse.opened(settings.home) as connection:
        return warehouse.query(connection, query, parameters).to_dicts()


def test_every_record_is_a_post_a_duplicate_or_a_reject(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "a.ndjson",
        [
            tiktok(serial=1),
            tiktok(serial=2),
            tiktok(serial=1, likes=11),
            '{"half a line',
            tiktok(created=0, id="7"),
            tiktok(created=4_070_908_800, serial=9),  # 2099
            {"source_platform": "tiktok-comments", "data": {"id": "5", "cid": "5"}, "timestamp_collected": 1},
        ],
    )
    said = bring(settings, path)
    assert said[0] == "1 file: 7 records = 2 posts + 1 duplicates + 4 rejects"
    load = rows(settings, "FROM base.loads")[0]
    assert load["posts"] + load["duplicates"] + load["rejects"] == load["records"] == 7
    rejects = rows(settings, "SELECT line, reason, file FROM base.rejects ORDER BY line")
    assert [(row["line"], row["reason"]) for row in rejects] == [
        (4, "unreadable record"),
        (5, "no time"),
        (6, "time out of range"),
        (7, "a comment, not a post"),
    ]
    assert {row["file"] for row in rejects} == {"a.ndjson"}


def test_a_known_file_counts_nothing_again(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [tiktok()])
    bring(settings, path)
    copy = tmp_path / "other name.ndjson"
    copy.write_bytes(path.read_bytes())
    assert "counted zero" in bring(settings, copy)[1]
    assert len(rows(settings, "FROM base.loads")) == 1
    assert len(rows(settings, "FROM base.observations")) == 1


def test_a_replay_states_each_group_as_if_no_other_came_and_goes_on_where_it_was_interrupted(
    settings: Settings, tmp_path: Path
) -> None:
    groups = [
        land_paths(settings, [write_lines(tmp_path / f"{n}.ndjson", [tiktok(serial=n)])], LANDED).landed
        for n in range(4)
    ]
    told: list[int] = []
    stops = [1]

    def state(connection: warehouse.Connection, number: int, counts: str) -> None:
        assert "1 posts" in counts or not number
        if number in stops:
            raise InputRefusedError("the second group is not stated")
        connection.execute("CREATE TABLE core.of_one_group (number BIGINT)")  # which is undone
        time.sleep(0.2)  # in which the next group is read in
        told.append(connection.execute("SELECT count(*) FROM base.posts").fetchall()[0][0])

    run = begin(settings.home, "demo", {})
    with pytest.raises(InputRefusedError, match="not stated"):
        replay(settings, run, groups, state)
    assert told == [1]
    assert len(rows(settings, "FROM base.posts")) == 2, "the third is not loaded"
    stops.clear()
    replay(settings, run, groups[1:], state)
    assert told == [1, 2, 3, 4]
    assert len(rows(settings, "FROM base.loads")) == 4


def test_a_load_that_is_held_comes_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [
        write_lines(tmp_path / "a.ndjson", [tiktok(serial=1), tiktok(serial=2), tiktok(serial=1, likes=11)]),
        write_lines(tmp_path / "b.ndjson", [tiktok(serial=2, text="baru", collected=NOON + 900), "no record"]),
        removals(tmp_path / "gone.csv", [("tiktok", tiktok_id(NOON, 9), "2024-02-03T00:00:00Z", "removed")]),
    ]
    tables = []
    for most in (50_000, 0):
        monkeypatch.setattr(loading, "_HELD_RECORDS", most)
        settings = Settings(home=tmp_path / f"home-{most}", author_key="ab" * 32)
        settings.export()
        bring(settings, *paths)
        names = ("posts", "observations", "rejects", "loads")
        tables.append([rows(settings, f"FROM base.{name} ORDER BY ALL") for name in names])
    assert tables[0] == tables[1]
    posts, observations, rejects, _ = tables[0]
    assert (len(posts), len(observations)) == (2, 4)
    assert "removal of a post never seen" in {row["reason"] for row in rejects}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("newest_first", [True, False])
def test_the_latest_observation_wins_however_it_comes(
    settings: Settings, tmp_path: Path, together: bool, newest_first: bool
) -> None:
    old = write_lines(tmp_path / "old.ndjson", [tiktok(likes=10, text="lama", collected=NOON + 100)])
    new = write_lines(tmp_path / "new.ndjson", [tiktok(likes=99, text="baru", collected=NOON + 200)])
    paths = [new, old] if newest_first else [old, new]
    if together:
        bring(settings, *paths)
    else:
        for path in paths:
            bring(settings, path)
    (post,) = rows(settings, "FROM base.posts")
    assert (post["likes"], post["text"], post["edits"]) == (99, "baru", 1)
    assert post["former_text_hash"] not in (None, post["text_hash"])
    assert post["first_seen_at"].timestamp() == NOON + 100
    assert post["last_seen_at"].timestamp() == NOON + 200
    assert len(rows(settings, "FROM base.observations WHERE is_first")) == 1


def test_loads_one_by_one_and_all_at_once_give_the_same_facts(tmp_path: Path) -> None:
    files = [
        write_lines(tmp_path / "1.ndjson", [tiktok(serial=n, likes=n, collected=NOON + 10) for n in range(1, 6)]),
        write_lines(
            tmp_path / "2.ndjson", [tiktok(serial=n, text="ubah", likes=50, collected=NOON + 20) for n in (2, 3, 6)]
        ),
        removals(tmp_path / "3.csv", [("tiktok", tiktok_id(NOON, 3), "2024-02-03T00:00:00Z", "removed")]),
        write_lines(tmp_path / "4.ndjson", [tiktok(serial=3, text="lagi", collected=NOON + 15)]),
    ]
    facts = []
    for name, loads_each in (("one", True), ("all", False)):
        settings = Settings(home=tmp_path / name, author_key="ab" * 32)
        settings.export()
        for second, path in enumerate(files):
            land_paths(settings, [path], LANDED + timedelta(seconds=second))
            if loads_each:
                load(settings)
        if not loads_each:
            load(settings)
        tables = ("posts", "observations", "rejects")
        facts.append([rows(settings, f"SELECT * FROM base.{table} ORDER BY ALL") for table in tables])  # noqa: S608
    for one, all_at_once in zip(*facts, strict=True):
        assert one == all_at_once
    assert [post["state"] for post in facts[0][0]].count("removed") == 1


def load(settings: Settings) -> LoadSummary:
    from flows.store.runs import recorded

    with warehouse.exclusive(settings.home), recorded(settings.home, "test", {}) as run:
        return load_pending(settings, run)


def test_posts_keep_labels_of_another_version_where_a_load_does_not_relabel(settings: Settings, tmp_path: Path) -> None:
    bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok(text="harga beras naik terus", author="budi")]))
    labelled = rows(settings, "SELECT topics, label_version FROM base.posts")
    with warehouse.opened(settings.home) as connection:
        connection.execute("UPDATE base.posts SET label_version = 'old', topics = []")
    land_paths(settings, [write_lines(tmp_path / "b.ndjson", [tiktok(serial=2, text="jalan rusak")])], LANDED)
    run = begin(settings.home, "test", {})
    with warehouse.exclusive(settings.home):
        load_pending(settings, run, relabels=False)
    kept = rows(settings, "SELECT label_version FROM base.posts ORDER BY label_version DESC")
    assert [row["label_version"] for row in kept] == ["old", labelled[0]["label_version"]]  # what is new has new ones
    load(settings)
    assert rows(settings, "SELECT topics, label_version FROM base.posts WHERE text LIKE 'harga%'") == labelled
    assert labelled[0]["topics"]


def test_a_removal_leaves_a_tombstone_without_text_and_author(settings: Settings, tmp_path: Path) -> None:
    text = "teks yang dihapus, sama di semua grup warga"
    bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok(text=text, author="budi")]))
    assert rows(settings, "SELECT DISTINCT len(text_group) AS digits FROM base.posts") == [{"digits": 16}]
    gone = removals(
        tmp_path / "gone.csv",
        [
            ("tiktok", tiktok_id(NOON), "2024-02-04T00:00:00Z", "removed"),
            ("tiktok", tiktok_id(NOON, 77), "2024-02-04T00:00:00Z", "removed"),
        ],
    )
    assert bring(settings, gone, hours=1)[0] == "1 file: 2 records = 0 posts + 1 duplicates + 1 rejects"
    (post,) = rows(settings, "FROM base.posts")
    assert (post["state"], post["removal_reason"]) == ("removed", "removed")
    forgotten = ("text", "text_pi", "url_pi", "author_key", "author_name_pi", "text_hash", "text_group")
    assert {post[name] for name in (*forgotten, "former_text_hash")} == {None}
    assert {row["text_hash"] for row in rows(settings, "FROM base.observations")} == {None}
    assert rows(settings, "SELECT reason FROM base.rejects") == [{"reason": "removal of a post never seen"}]

    bring(settings, write_lines(tmp_path / "b.ndjson", [tiktok(text="kembali", collected=1_707_091_200)]), hours=2)
    (post,) = rows(settings, "FROM base.posts")
    assert (post["state"], post["text"], post["edits"]) == ("live", "kembali", 0)


def test_no_published_hash_confirms_a_guessed_text(settings: Settings, tmp_path: Path) -> None:
    text = "hubungi 081234567890"
    bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok(text=text)]))
    (guess,) = rows(settings, "SELECT md5_number_lower(?) AS plain, text_hash FROM base.observations", [text])
    assert guess["text_hash"] not in (None, guess["plain"])
    other = Settings(home=tmp_path / "other", author_key="cd" * 32)
    bring(other, tmp_path / "a.ndjson")
    assert rows(other, "SELECT text_hash FROM base.observations")[0]["text_hash"] != guess["text_hash"]


def test_the_group_of_a_post_is_that_of_its_last_words(settings: Settings, tmp_path: Path) -> None:
    first, last = "harga beras naik lagi di pasar", "jalan desa kami rusak lagi parah"
    posts = [tiktok(serial=1, text=first, collected=NOON + 10), tiktok(serial=2, text=f"{last}!", author="lain")]
    bring(settings, write_lines(tmp_path / "a.ndjson", posts))
    bring(settings, write_lines(tmp_path / "b.ndjson", [tiktok(serial=1, text=last, collected=NOON + 20)]), hours=1)
    assert rows(settings, "SELECT count(*) AS posts FROM base.posts GROUP BY text_group") == [{"posts": 2}]


def test_authors_are_keyed_hashes_and_texts_are_masked(settings: Settings, tmp_path: Path) -> None:
    text = "hubungi @pak.lurah 0812-3456-7890"
    bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok(text=text, author="Pak.RT")]))
    (post,) = rows(settings, "FROM base.posts")
    assert post["text"] == "hubungi @akun [telepon]"
    assert post["text_pi"] == text
    assert len(post["author_key"]) == 32
    public = json.dumps({name: value for name, value in post.items() if not name.endswith("_pi")}, default=str)
    assert "pak.rt" not in public.lower()


HIDING = {
    "terima kasih ❤️@rekaan_satu": "terima kasih ❤️@akun",
    "pesan kaos ☎️081234567890": "pesan kaos ☎️[telepon]",
    "salam ✌️@rekaan_satu dan ✨@rekaan_dua": "salam ✌️@akun dan ✨@akun",
    "@@rekaan_satu betul sekali": "@akun betul sekali",
    "wa 0️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣0️⃣ ya": "wa [telepon] ya",
    "kirim ke\u3164＠rekaan_satu, rek ٠١٢٣٤٥٦٧٨٩": "kirim ke\u3164@akun, rek [nomor]",
}


def test_no_character_before_or_within_them_lets_a_handle_or_a_number_through(
    settings: Settings, tmp_path: Path
) -> None:
    posts = [tiktok(serial=serial, text=text) for serial, text in enumerate(HIDING)]
    bring(settings, write_lines(tmp_path / "a.ndjson", posts))
    with warehouse.opened(settings.home) as connection:
        build(connection, "core.posts")
    for table in ("base.posts", "core.posts"):
        shown = rows(settings, f"SELECT text FROM {table} ORDER BY post_id")  # noqa: S608
        assert [row["text"] for row in shown] == list(HIDING.values())


def test_coverage_is_declared_or_unknown(settings: Settings, tmp_path: Path) -> None:
    bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok()]))
    assert rows(settings, "FROM base.collection") == []
    span = (date(2024, 1, 29), date(2024, 2, 4))
    bring(settings, write_lines(tmp_path / "b.ndjson", [tiktok(serial=2)]), covers=span)
    days = rows(settings, "FROM base.collection ORDER BY day")
    assert [row["day"] for row in days] == [span[0] + timedelta(n) for n in range(7)]
    assert {(row["platform"], row["source"], row["planned"], row["succeeded"]) for row in days} == {
        ("tiktok", "zeeschuimer", 1, 1)
    }


@pytest.mark.expectations
def test_the_posts_gate_rolls_a_load_back_and_keeps_the_evidence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest: Callable[..., pl.DataFrame] = labels.label
    monkeypatch.setattr(
        labels, "label", lambda *columns: honest(*columns).with_columns(pl.lit("furious").alias("sentiment"))
    )
    with pytest.raises(GateStoppedError, match="posts gate stopped") as stop:
        bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok()]))
    assert stop.value.exit_code == Exit.GATE
    assert rows(settings, "FROM base.posts") == rows(settings, "FROM base.loads") == []
    (record,) = [json.loads(path.read_bytes()) for path in (settings.home / "runs").glob("*.json")]
    assert record["outcome"] == "stopped"
    assert "a.ndjson:1" in record["message"], "the file and the record are named"
    assert any(verdict["outcome"] == "failed" for verdict in record["verdicts"])

    monkeypatch.undo()
    assert load(settings).posts == 0, "the same versions come to the same verdict"
    bring(settings, tmp_path / "a.ndjson")
    assert len(rows(settings, "FROM base.posts")) == 1
    assert rows(settings, "FROM base.set_aside") == []


def test_the_posts_gate_looks_at_an_even_sample_of_a_large_load(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    window = gates._window

    def sample(connection: warehouse.Connection) -> Callable[[Run], None]:
        seen.extend(len(window(connection, ("platform", "day"), size)) for size in (1000, 300, 50, 10))
        return lambda _: None

    monkeypatch.setattr(gates, "posts_gate", sample)
    bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok(serial=serial) for serial in range(1, 601)]))
    assert seen[0] == 600
    for size, rows in zip((300, 50, 10), seen[1:], strict=True):
        assert size / 2 < rows < size * 2


@pytest.mark.expectations
def test_one_post_that_comes_again_and_again_passes_the_gate(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "_CHECKED_ROWS", 5)
    said = bring(settings, write_lines(tmp_path / "again.ndjson", [tiktok()] * 30))
    assert "1 file: 30 records = 1 posts + 29 duplicates + 0 rejects" in said


@pytest.mark.expectations
def test_a_file_that_changed_its_shape_is_set_aside_and_the_others_go_on(settings: Settings, tmp_path: Path) -> None:
    broken = {"source_platform": "tiktok.com", "item_id": "1", "data": {"renamed": 1}, "timestamp_collected": 1}
    bad = write_lines(tmp_path / "changed.ndjson", [broken] * 20)
    bring(settings, write_lines(tmp_path / "before.ndjson", [tiktok()]))
    good = removals(tmp_path / "gone.csv", [("tiktok", tiktok_id(NOON), "2024-02-04T00:00:00Z", "removed")])
    said: list[str] = []
    assert run_import(settings, [bad, good], LANDED, None, said.append) == Exit.REFUSED
    (aside,) = (line for line in said if line.startswith("set aside: "))
    assert "changed its format" in aside
    assert rows(settings, "SELECT file FROM base.loads ORDER BY ALL") == [
        {"file": "before.ndjson"},
        {"file": "gone.csv"},
    ]


FOURCAT = "id,author,body,unix_timestamp,tiktok_url,likes"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ",akun,halo,1706763600,,1",
            "3 of 3 records cannot be read: no id (id is empty); export it again with",
        ),
        (
            "7329720749889945677,akun,halo, semua,1706763600,,1",
            "(7 cells under 6 columns); its rows do not fit its header",
        ),
        ('"a"b,akun,halo,1706763600,,1', "3 of 3 records cannot be read: unreadable record ("),
        ("bukan-nomor,akun,halo,1706763600,,1", "no id (bukan-nomor); what stands in the place of the ids is none"),
    ],
)
@pytest.mark.expectations
def test_a_file_that_is_set_aside_says_what_it_lacks_before_a_changed_format_is_blamed(
    settings: Settings, tmp_path: Path, rows: str, said: str
) -> None:
    (tmp_path / "4cat.csv").write_text("\n".join([FOURCAT, rows, rows, rows]) + "\n", encoding="utf-8")
    told: list[str] = []
    with pytest.raises(InputRefusedError):
        run_import(settings, [tmp_path / "4cat.csv"], LANDED, None, told.append)
    (aside,) = (line for line in told if line.startswith("set aside: "))
    assert said in aside
    assert "changed its format" not in aside


def test_an_empty_dataset_is_taken_and_declares_nothing_of_its_own(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "kosong.json").write_text("[]\n", encoding="utf-8")
    export = write_lines(tmp_path / "export.ndjson", [tiktok()])
    week = (date(2024, 1, 29), date(2024, 2, 4))
    said: list[str] = []
    assert run_import(settings, [tmp_path / "kosong.json"], LANDED, week, said.append) == Exit.DONE
    assert "no record of kosong.json tells a platform; nothing is declared for it" in said
    assert rows(settings, "FROM base.collection") == []
    assert rows(settings, "SELECT records, rejects FROM base.loads") == [{"records": 0, "rejects": 0}]
    assert run_import(settings, [tmp_path / "kosong.json", export], LANDED, week, said.append) == Exit.DONE
    days = rows(settings, "SELECT DISTINCT platform, source, succeeded FROM base.collection")
    assert days == [{"platform": "tiktok", "source": "zeeschuimer", "succeeded": 1}]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.ndjson", b"", "is empty"),
        ("page.html", b"<!DOCTYPE html><html><body>login</body></html>", "a web page"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 60, "zip archive"),
        ("table.csv", b"nama,umur\nBudi,3\n", "table of an unknown kind"),
        ("note.txt", b"halo\n", "text of an unknown kind"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    settings: Settings, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    said: list[str] = []
    with pytest.raises(InputRefusedError) as refusal:
        run_import(settings, [path], LANDED, None, said.append)
    assert refusal.value.exit_code == Exit.REFUSED
    assert sentence in said[0]
    assert name in said[0]


def test_links_inside_a_folder_are_not_followed(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    write_lines(folder / "a.ndjson", [tiktok()])
    (folder / "link.ndjson").symlink_to(tmp_path / "elsewhere.ndjson")
    write_lines(tmp_path / "elsewhere.ndjson", [tiktok(serial=2)])
    said = bring(settings, folder)
    assert "is a link to another file" in said[0]
    assert len(rows(settings, "FROM base.posts")) == 1


# ------------------------------------------------------------------------------ the format it landed in

TABLES = {"dinas": {"platform": "facebook", "id": "nomor", "created_at": "waktu", "text": "isi"}}
TABLE = "nomor,waktu,isi\n122118273645019283,2024-02-01T05:00:00Z,jalan rusak\n"


def manifests(settings: Settings) -> list[Path]:
    return sorted((settings.home / "landing").glob("*/*/*/*.json"))


def land_one_of_each(settings: Settings, tmp_path: Path) -> None:
    """A collection log, a review sheet, a removal list, an export and a table."""
    write_lines(tmp_path / "in" / "export.ndjson", [tiktok()])
    removals(tmp_path / "in" / "gone.csv", [("tiktok", tiktok_id(NOON, 5), "2024-02-04T00:00:00Z", "removed")])
    for name, content in {
        "log.csv": "platform,source,query,day,planned,attempted,succeeded,reason\ntiktok,s,q,2024-02-01,1,1,1,\n",
        "sheet.csv": "platform,post id,code,stage,coder\ntiktok,1,hoax,referred,ab\n",
        "table.csv": TABLE,
    }.items():
        (tmp_path / "in" / name).write_text(content)
    assert land_paths(settings, [tmp_path / "in"], LANDED).refusals == ()


def test_a_manifest_names_the_format_and_what_is_landed_is_read_with_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"tables": Settings(tables=TABLES).tables})  # type: ignore[arg-type]
    land_one_of_each(settings, tmp_path)
    facts = [json.loads(path.read_bytes()) for path in manifests(settings)]
    assert {(each["kind"], each["source"], each["format"]) for each in facts} == {
        ("collection", "collection", "collection/csv"),
        ("review", "review", "review/csv"),
        ("posts", "removals", "removals/csv"),
        ("posts", "zeeschuimer", "zeeschuimer/lines"),
        ("posts", "dinas", "dinas/csv"),
    }

    def recognised(*_: object) -> None:
        raise AssertionError("what landed is not recognised anew")

    monkeypatch.setattr("flows.sources.recognise", recognised)
    monkeypatch.setattr("flows.loading.reading.sample", recognised)
    summary = load(settings)
    assert (summary.files, summary.posts, summary.days, summary.reviews, summary.held) == (5, 2, 1, 1, ())


def test_what_landed_before_manifests_named_a_format_still_loads(settings: Settings, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"tables": Settings(tables=TABLES).tables})  # type: ignore[arg-type]
    land_one_of_each(settings, tmp_path)
    for path in manifests(settings):
        facts = json.loads(path.read_bytes())
        del facts["format"]
        path.write_text(json.dumps(facts))
    for name in ("ledger/chain.jsonl", "ledger_head.json"):  # there was no chain then
        (settings.home / name).unlink()
    summary = load(settings)
    assert (summary.files, summary.posts, summary.days, summary.reviews, summary.held) == (5, 2, 1, 1, ())


def test_a_file_whose_table_is_described_no_more_waits_and_the_others_load(settings: Settings, tmp_path: Path) -> None:
    described = settings.model_copy(update={"tables": Settings(tables=TABLES).tables})  # type: ignore[arg-type]
    land_one_of_each(described, tmp_path)
    summary = load(settings)
    assert summary.held == (
        'table.csv landed in the format "dinas", which is not known any more; '
        "describe it in ronda.toml again, as [tables.dinas].",
    )
    assert (summary.files, summary.posts) == (4, 1)
    assert load(described).posts == 1


def test_a_packed_file_is_kept_as_it_came_whatever_its_name(settings: Settings, tmp_path: Path) -> None:
    packed = tmp_path / "export.ndjson"
    packed.write_bytes(zstandard.compress(write_lines(tmp_path / "plain", [tiktok()]).read_bytes()))
    assert bring(settings, packed)[0] == "1 file: 1 records = 1 posts + 0 duplicates + 0 rejects"
    (kept,) = (settings.home / "landing").rglob("*.zst")
    assert kept.read_bytes() == packed.read_bytes()
    assert load(settings).held == ()


def test_a_table_may_not_have_the_name_of_a_format(settings: Settings, tmp_path: Path) -> None:
    wrong = settings.model_copy(update={"tables": Settings(tables={"graph": TABLES["dinas"]}).tables})  # type: ignore[arg-type, dict-item]
    (tmp_path / "table.csv").write_text(TABLE)
    with pytest.raises(UsageError, match=r"\[tables.graph\] has the name of a format ronda knows; rename it"):
        land_paths(wrong, [tmp_path / "table.csv"], LANDED)


def test_a_review_sheet_may_come_packed(settings: Settings, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv.gz"
    sheet.write_bytes(gzip.compress(b"platform,post id,code,sentiment,stage,coder\ntiktok,1,hoax,negatif,,ab\n"))
    bring(settings, sheet)
    (review,) = rows(settings, "SELECT code, sentiment, stage, coder FROM base.reviews")
    assert tuple(review.values()) == ("hoax", "negative", "reviewed", "ab")


def test_what_stands_in_the_place_of_a_coder_is_masked_as_texts_are(settings: Settings, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("platform,post id,code,stage,coder\ntiktok,1,hoax,referred,ab 081234567890\n")
    bring(settings, sheet)
    (review,) = rows(settings, "FROM base.reviews")
    assert review["coder"] == "ab [telepon]"


def test_what_stays_unknown_in_a_file_is_told_by_the_import_and_kept_with_the_run(tmp_path: Path) -> None:
    mapping = TableMapping(platform="facebook", id="nomor", created_at="waktu", likes="suka", text="isi")
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32, tables={"dinas": mapping})  # type: ignore[arg-type]
    settings.export()
    path = tmp_path / "dinas.csv"
    path.write_text("nomor;waktu;suka;isi\n122118273645019281;30/01/2024;1.000;rapat\n")
    previewed: list[str] = []
    run_preview(settings, [path], LANDED, previewed.append)
    said = bring(settings, path)
    told = (
        "dinas.csv: suka: 1 such as 1.000 can be 1,000 or 1 and stay unknown; "
        "set number_format in [tables.dinas] of ronda.toml."
    )
    assert said[:2] == ["1 file: 1 records = 1 posts + 0 duplicates + 0 rejects", f"  {told}"]
    assert f"  {told}" in previewed
    assert [run["notes"] for run in read_runs(settings.home)] == [[told]]
    assert [(row["likes"], str(row["day"])) for row in rows(settings, "FROM base.posts")] == [(None, "2024-01-30")]
