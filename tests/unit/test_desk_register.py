"""The register and the notes of coaches: taken whole or not at all, seen by coaches only, purged with their purpose."""

from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import Mock

import polars as pl
import pytest

from flows.collecting import watch_list
from flows.desk import clock
from flows.forgetting import desk as forgetting
from flows.forgetting import expiry
from flows.loading import privacy
from flows.publishing import ledger
from flows.reviewing import log, register
from flows.settings import Settings
from flows.store import chain, tables, watch_history
from tests.desk_fixture import Browser, Post, publish
from tests.sql.warehouse_of_cases import build, warehouse_of

pytestmark = pytest.mark.usefixtures("quick_passwords")

HEADER = "platform,akun,jenis,pemilik,kontak,tanggal_daftar,persetujuan,sumber\n"
VILLAGE = "TikTok,@Desa.Subah,kantor,Desa Subah,0812,2023-10-02,surat 3/2023,kunjungan\n"
PARTY = "tiktok,partai{},peserta,Partai Rekaan,,{},KPU 12,KPU\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    moment = datetime(2024, 2, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return Settings(home=tmp_path / "home")


def known(settings: Settings) -> list[register.Account]:
    with log.reading(settings.home) as connection:
        return register.read(connection)


def imported(browser: Browser, text: str, status: int = 200) -> str:
    browser.open("/akun")
    return browser.send("/akun/impor", status, **browser.form_to("/akun/impor"), list=text)


def test_an_imported_account_is_watched_until_it_is_closed(settings: Settings) -> None:
    ida = Browser(settings, "ida", "coach")
    assert "desa.subah" in imported(ida, HEADER + VILLAGE)
    assert "desa.subah" in watch_list.read_watched(settings)["tiktok"].accounts
    ida.open("/akun/tiktok/desa.subah")
    ida.send("/akun/tutup", **ida.form_to("/akun/tutup"), day="2024-02-04")
    assert "ditutup" in ida.page
    assert "desa.subah" not in watch_list.read_watched(settings)["tiktok"].accounts
    ida.send("/akun/hapus", **ida.form_to("/akun/hapus"))
    assert known(settings) == []


def test_a_file_of_a_spreadsheet_is_taken_too(settings: Settings) -> None:
    ida = Browser(settings, "ida", "coach")
    ida.open("/akun")
    text = "\ufeff" + (HEADER + VILLAGE).replace(",", ";")
    fields, files = ida.form_to("/akun/impor"), {"file": ("akun.csv", text.encode())}
    for _ in range(2):  # sent twice, taken once
        assert ida.client.post("/akun/impor", data=fields, files=files).status_code == 200
    assert [each.owner for each in known(settings)] == ["Desa Subah"]
    with log.reading(settings.home) as connection:
        assert [each.what for each in log.events(connection)].count("registered") == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("platform,akun\n", "tidak memuat kolom jenis, pemilik"),
        (HEADER + VILLAGE.replace("TikTok", "myspace"), "Baris 2: platform &#39;myspace&#39;"),
        (HEADER + VILLAGE.replace("2023-10-02", "2/10/2023"), "Baris 2: tanggal daftar &#39;2/10/2023&#39;"),
        (HEADER + VILLAGE.replace("kantor", "<b>"), "jenis &#39;&lt;b&gt;&#39;"),
        (HEADER + VILLAGE.replace("surat 3/2023", ""), "persetujuan untuk akun desa.subah"),
        (HEADER + VILLAGE.replace("@Desa.Subah", "desa subah"), "tidak dapat menjadi nama akun"),
        (HEADER + VILLAGE + VILLAGE, "Baris 3: akun desa.subah sudah ada"),
        (HEADER + VILLAGE.replace("kunjungan", "x" * 300), "terlalu panjang"),
        (HEADER + '"', "tidak"),
        (HEADER, "tidak memuat satu akun pun"),
    ],
)
def test_a_list_with_a_fault_is_not_taken_at_all(settings: Settings, text: str, told: str) -> None:
    ida = Browser(settings, "ida", "coach")
    good = PARTY.format(1, "2023-11-01") if text.startswith(HEADER + "TikTok") else ""
    assert told in imported(ida, text + good, 409)
    assert known(settings) == []


def test_what_the_election_does_not_allow_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ida = Browser(settings, "ida", "coach")
    rows = "".join(PARTY.format(number, "2023-11-25") for number in range(20))
    assert "Perlu diselesaikan" not in imported(ida, HEADER + rows)
    page = imported(ida, HEADER + PARTY.format("20", "2023-11-26"))
    assert "Partai Rekaan mendaftarkan 21 akun tiktok; batasnya 20." in page
    assert "Akun partai20 (Partai Rekaan) didaftarkan setelah 2023-11-25" in page
    assert "belum ditutup" not in page
    monkeypatch.setattr(clock, "now", lambda: datetime(2024, 2, 10, 18, tzinfo=UTC))  # the eleventh, in the regency
    assert ida.open("/akun").count("belum ditutup; batasnya 2024-02-10") == 21


def test_only_reviewed_posts_of_an_account_are_listed(settings: Settings) -> None:
    secret = privacy.author_secret(settings)
    (key,) = privacy.author_keys(pl.Series(["tiktok"]), pl.Series(["desa.subah"]), secret)
    publish(
        settings.home,
        [
            Post("1", "sudah ditelaah", outcome="dismissed", code="none", author_key=key),
            Post("2", "belum ditelaah", author_key=key),
            Post("3", "baru satu", outcome="one_coder", author_key=key),
            Post("4", "akun lain", outcome="dismissed", code="none", author_key="x"),
        ],
    )
    ida = Browser(settings, "ida", "coach")
    imported(ida, HEADER + VILLAGE)
    page = ida.open("/akun/tiktok/desa.subah")
    assert "sudah ditelaah" in page and "Tidak ada yang perlu ditindaklanjuti" in page
    assert not any(text in page for text in ("belum ditelaah</", "baru satu", "akun lain"))


def talk(browser: Browser, status: int = 200, **fields: str) -> str:
    browser.open("/akun/tiktok/desa.subah")
    given = {"day": "2024-02-05", "subject": "Netralitas", "person": "Pak Budi", "agreed": "Hapus <i>unggahan</i>."}
    form = browser.form_to("/pembinaan")
    return browser.send("/pembinaan", status, **form, **(given | {"follow_up": "letter"} | fields))


def test_a_talk_is_noted_seen_by_coaches_only_and_purged_with_its_purpose(settings: Settings) -> None:
    ida = Browser(settings, "ida", "coach")
    imported(ida, HEADER + VILLAGE)
    assert "Hapus &lt;i&gt;unggahan" in talk(ida) and "surat pembinaan" in ida.page
    assert "Pak Budi" in ida.open("/pembinaan")
    for name, role in (("sri", "coder"), ("wati", "adjudicator"), ("lina", "lead"), ("adi", "admin")):
        other = Browser(settings, name, role)
        paths = ("/akun", "/akun/tiktok/desa.subah", "/pembinaan")
        assert [other.client.get(path).status_code for path in paths] == [403, 403, 403]
        seen = [other.open(path) for path in ("/kemajuan", "/catatan")]
        assert not any(word in page for page in seen for word in ("Pak Budi", "desa.subah", "Hapus"))
    assert forgetting.expire(settings.home, {"posts"}) == {}
    assert forgetting.expire(settings.home, {"coaching"}) == {"notes of talks": 1}
    assert "Pak Budi" not in ida.open("/pembinaan") and "desa.subah" in ida.open("/akun")
    assert forgetting.expire(settings.home, {"register"}) == {"registered accounts": 1}
    left = b"".join(path.read_bytes() for path in settings.home.glob("desk.sqlite*"))
    assert b"Pak Budi" not in left and b"Desa Subah" not in left
    assert log.verify(settings.home)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"agreed": ""}, "Isi tentang apa"),
        ({"day": "2025-01-01"}, "Tanggal tidak dapat dipakai"),
        ({"agreed": "x" * 2001}, "terlalu panjang"),
        ({"account": "lain"}, "tidak terdaftar"),
    ],
)
def test_a_talk_that_cannot_be_taken_is_a_sentence(settings: Settings, fields: dict[str, str], told: str) -> None:
    ida = Browser(settings, "ida", "coach")
    imported(ida, HEADER + VILLAGE)
    form = ida.open("/akun/tiktok/desa.subah") and ida.form_to("/pembinaan")
    given = {"day": "2024-02-05", "subject": "a", "person": "b", "agreed": "c", "follow_up": "none"}
    assert told in ida.send("/pembinaan", 409, **(form | given | fields))


def test_the_history_of_what_is_watched_counts_registered_accounts_and_names_none(settings: Settings) -> None:
    imported(Browser(settings, "ida", "coach"), HEADER + VILLAGE)
    watched, public = watch_list.read_watched(settings), watch_list.public_accounts(settings)
    assert watch_list.note(settings.home, watched, datetime(2024, 2, 5, tzinfo=UTC), public)
    (stated,) = watch_history.read_watch(settings.home)
    assert stated["registered"]["tiktok"] == 1 and "desa.subah" not in str(stated)
    connection = warehouse_of()
    tables.write_watches(connection, [stated])
    rows = connection.execute("SELECT accounts, added FROM base.watches WHERE platform = 'tiktok'").fetchall()
    assert rows[0][0] == 1 and "desa.subah" not in str(rows)


def test_what_was_collected_of_a_registered_account_is_published_under_a_number(settings: Settings) -> None:
    lists = {"tiktok": {"accounts": ["kpu"], "keywords": ["batang"], "hashtags": []}}
    watch_history.note_watch(settings.home, "v1", lists, datetime(2024, 1, 8, tzinfo=UTC), {"tiktok": 2})
    queries = ("account:kpu", "account:desa.subah", "account:desa.tulis", "keywords")
    known = [{"query": query, "day": "2024-01-08..2024-01-09"} for query in queries]
    known.append({"platform": "facebook", "query": "account:imported", "day": "2024-01-08"})
    posts = [{"post_id": "1", "day": "2024-01-08", "query": "account:desa.tulis"}]
    connection = warehouse_of(posts=posts, collection=known)
    tables.write_watches(connection, watch_history.read_watch(settings.home))
    build(connection, "core.collection")
    found = connection.execute("SELECT query, sum(posts) FROM core.collection GROUP BY query ORDER BY query").fetchall()
    assert dict(found).keys() == {"account:#1", "account:#2", "account:imported", "account:kpu", "keywords"}
    assert dict(found)["account:#2"] == 1


def named_before(settings: Settings) -> None:
    """A home of before, whose history names registered accounts and one that the settings name."""
    for number, names in enumerate((["desa.subah", "kpu"], ["desa.subah", "kpu", "partai1"]), 1):
        lists = {"tiktok": {"accounts": names, "keywords": [], "hashtags": []}}
        watch_history.note_watch(settings.home, f"v{number}", lists, datetime(2024, 2, number, tzinfo=UTC))


def history(settings: Settings) -> list[list[str]]:
    assert ledger.flaws(settings.home, chain.read(settings.home)) == []
    return [each["lists"]["tiktok"]["accounts"] for each in watch_history.read_watch(settings.home)]


def test_an_account_that_is_deleted_leaves_the_history_too(settings: Settings) -> None:
    ida = Browser(settings, "ida", "coach")
    imported(ida, HEADER + VILLAGE + PARTY.format(1, "2023-11-20"))
    named_before(settings)
    ida.open("/akun/tiktok/desa.subah")
    ida.send("/akun/hapus", **ida.form_to("/akun/hapus"))
    assert history(settings) == [["kpu"], ["kpu", "partai1"]]
    assert [each.account for each in known(settings)] == ["partai1"]


def test_the_end_of_the_register_empties_the_history_of_its_accounts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = settings.model_copy(update={"watch": type(settings.watch)(tiktok={"accounts": ["kpu"]})})  # type: ignore[arg-type]
    imported(Browser(settings, "ida", "coach"), HEADER + VILLAGE)
    named_before(settings)
    with monkeypatch.context() as killed:
        killed.setattr(watch_history, "write_whole", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            watch_list.forget_registered(ours)
    said: list[str] = []
    expiry.run(ours, datetime(2025, 3, 1, tzinfo=UTC), said.append, dry_run=False)
    assert "3 registered accounts in the history of what was watched" in said[0]
    assert history(settings) == [["kpu"], ["kpu"]] and known(settings) == []
    assert [each["registered"] for each in watch_history.read_watch(settings.home)] == [{"tiktok": 1}, {"tiktok": 2}]
    left = [path for path in settings.home.rglob("*") if path.is_file() and b"desa.subah" in path.read_bytes()]
    assert left == []


def test_a_register_of_nothing_watches_nothing(settings: Settings) -> None:
    assert register.watched(settings.home) == {"facebook": [], "instagram": [], "tiktok": []}
    assert date(2024, 2, 5) == clock.now().date()
