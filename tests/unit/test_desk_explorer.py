"""The explorer: what a search counts, what stands beside the counts, and that an address can do nothing but ask."""

import csv
import io
import re
import threading
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.desk import copies, people, release, search
from flows.desk.release import NothingPublishedError, Release, TooLongError
from flows.desk.search import Coverage, Search
from flows.exits import RondaError
from flows.settings import Settings
from flows.store.runs import recorded
from tests.desk_fixture import Browser, Post, publish
from tests.explorer_fixture import publish_season

pytestmark = pytest.mark.usefixtures("quick_passwords")

PATHS = ("/jelajah", "/jelajah.csv", "/jelajah-angka.csv", "/salinan")
HOSTILE = ("' OR 1=1 --", "'; DROP TABLE core.posts; --", "\u0000", "%", "{{ 7 * 7 }}", "x" * 5000, "\u202e", "1e999")


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("season")
    publish_season(home)
    return home


@pytest.fixture(scope="module")
def lead(season: Path) -> Browser:
    return Browser(Settings(home=season), "lina", "lead")


def found(home: Path, **query: str) -> tuple[search.Found, Coverage]:
    asked = Search.of(query)
    return search.find(Release(home), asked), search.coverage(Release(home), asked)


@pytest.mark.parametrize(
    ("query", "posts"),
    [
        ({}, 13),
        ({"q": "beras"}, 3),
        ({"q": "BERAS naik"}, 1),
        ({"q": "beras", "pekan": "2024-W02"}, 2),
        ({"hari": "2024-01-11"}, 2),
        ({"fase": "quiet"}, 0),
        ({"platform": "facebook"}, 1),
        ({"topik": "infrastructure"}, 1),
        ({"jenis": "hoax"}, 1),
        ({"kecamatan": "3325110"}, 1),
        ({"tagar": "#Tagar3"}, 1),
        ({"akun": "AA"}, 5),
        ({"salinan": "ya"}, 7),
        ({"teks": "g1"}, 3),
    ],
)
def test_each_facet_narrows(season: Path, query: dict[str, str], posts: int) -> None:
    counted, _ = found(season, **query)
    assert counted.posts == posts
    assert len(search.posts(Release(season), Search.of(query))) == posts


def test_coverage_is_that_of_the_days_and_platforms_asked_for(season: Path) -> None:
    assert found(season, q="beras")[1] == Coverage(16 / 17, 14, 1, False)
    assert found(season, platform="facebook")[1] == Coverage(2 / 3, 3, 1, False)
    assert found(season, pekan="2024-W03")[1] == Coverage(1.0, 7, 0, False)
    assert found(season, pekan="2030-W01")[1] == Coverage(None, 0, 0, False)


def test_a_gap_is_no_zero(season: Path) -> None:
    asked = Search.of({"pekan": "2024-W02", "platform": "facebook"})
    steps = search.steps(Release(season), asked, search.find(Release(season), asked))
    assert [(step.value, step.posts, step.status) for step in steps] == [
        ("2024-01-08", 0, "observed"),
        ("2024-01-09", 1, "observed"),
        ("2024-01-10", 0, "not_collected"),
    ]


def test_what_is_rare_in_one_week_is_counted_in_the_other(season: Path) -> None:
    alone, _ = found(season, pekan="2024-W02")
    compared, _ = found(season, pekan="2024-W02", banding="2024-W03")
    assert len(alone.counts["tagar"]) == search.LISTED
    assert len(compared.counts["tagar"]) == search.LISTED + 2


@given(
    st.fixed_dictionaries(
        {},
        optional={name: st.text(max_size=12) for name in [each.name for each in search.FACETS] + ["q", "hal"]}
        | {"salinan": st.sampled_from(["ya", "tidak"]), "banding": st.sampled_from(["2024-W01", "x"])},
    )
)
def test_an_address_says_the_same_again(query: dict[str, str]) -> None:
    asked = Search.of(query)
    again = Search.of(dict(parse_qsl(urlsplit(asked.address()).query, keep_blank_values=True)))
    assert again == asked


def test_a_facet_is_taken_back() -> None:
    asked = Search.of({"pekan": "2024-W02", "banding": "2024-W03", "q": "beras", "hal": "4", "topik": "prices"})
    assert asked.narrowed("platform", "tiktok").page == 1
    assert asked.without("q").words == ""
    assert asked.without("topik").chosen == {"pekan": "2024-W02"}
    assert asked.without("pekan").beside == ""
    assert [side.chosen["pekan"] for side in asked.sides()] == ["2024-W02", "2024-W03"]


@pytest.mark.parametrize("value", HOSTILE)
def test_values_are_bound(season: Path, lead: Browser, value: str) -> None:
    for facet in search.FACETS:
        assert found(season, **{facet.name: value})[0].posts in {0, 13}  # NUL alone says nothing
    for path in PATHS:
        answer = lead.client.get(path, params={each.name: value for each in search.FACETS} | {"q": value, "hal": value})
        assert answer.status_code in {200, 404}, path
        assert "49" not in answer.text or "{{" not in value
    assert found(season)[0].posts == 13


def test_a_page_says_n_and_coverage_beside_everything(lead: Browser) -> None:
    page = lead.open("/jelajah?q=beras")
    assert '<b class="big">3</b> kiriman · 2 akun' in page
    assert "94\u00a0% dari rencana pengumpulan, 14 hari" in page
    assert "Pada 1 hari ada platform yang tidak terkumpul sama sekali." in page
    assert "&lt;b&gt;mahal&lt;/b&gt;" in page and "<b>mahal" not in page
    assert "terdeteksi otomatis, belum ditinjau" in lead.open("/jelajah?jenis=hoax")
    assert not re.search(r"https?://", page), "something points out of this machine"


def test_two_weeks_stand_side_by_side(lead: Browser) -> None:
    page = lead.open("/jelajah?pekan=2024-W02&banding=2024-W03&q=beras")
    assert re.findall(r'<b class="big">(\d+)</b>', page) == ["2", "1"]
    assert page.count("dari rencana pengumpulan, 7 hari") == 2
    assert "Harga kebutuhan" in page and '<td class="number">2</td><td class="number">1</td>' in page


def test_a_bar_leads_to_its_posts(lead: Browser) -> None:
    page = lead.open("/jelajah?pekan=2024-W02")
    (address,) = set(re.findall(r'href="(/jelajah\?[^"]*hari=2024-01-11[^"]*)#kiriman"', page))
    assert '<b class="big">2</b>' in lead.open(address.replace("&amp;", "&"))
    gap = lead.open("/jelajah?pekan=2024-W02&platform=facebook")
    assert 'class="gap"' in gap and "2024-01-10: 0 kiriman, tidak terkumpul" in gap


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_what_is_shown_can_be_kept_as_csv(lead: Browser) -> None:
    answer = lead.client.get("/jelajah.csv?jenis=hoax")
    heads, post = rows_of(answer.text)
    assert 'attachment; filename="ronda-kiriman.csv"' in answer.headers["content-disposition"]
    assert dict(zip(heads, post, strict=True)) | {"text": ""} == {
        **{"platform": "tiktok", "post_id": "4", "created_at": "2024-01-12T12:00:00+0700", "week": "2024-W02"},
        **{"phase": "campaign", "account": "", "topics": "", "indications": "hoax", "districts": "3325110"},
        **{"hashtags": "", "text_group": "", "state": "live", "text": ""},
    }
    assert post[-1] == "'=1+1", "a spreadsheet would compute it"
    rows = rows_of(lead.client.get("/jelajah-angka.csv?pekan=2024-W02&banding=2024-W03&q=beras").text)
    assert ["2024-W02", "all", "", "", "2", "0.9", ""] in rows
    assert ["2024-W03", "all", "", "", "1", "1.0", ""] in rows
    assert ["2024-W03", "topik", "prices", "Harga kebutuhan", "1", "", ""] in rows


def test_who_codes_sees_no_flags(season: Path) -> None:
    roles = {role: Browser(Settings(home=season), f"seer-{role}", role) for role in people.ROLES}
    for path in PATHS:
        codes = {role: browser.client.get(path).status_code for role, browser in roles.items()}
        assert codes == {"coder": 403, "adjudicator": 200, "lead": 200, "coach": 200, "admin": 200}
        assert path not in roles["coder"].open("/telaah")


def test_a_copied_text_has_accounts_over_time_and_who_copied_before(season: Path, lead: Browser) -> None:
    (cluster,) = [each for each in [copies.cluster(Release(season), "g1")] if each]
    assert (cluster.together, cluster.accounts, cluster.posts) == (3, 3, 3)
    before = {member.account: member.before for member in copies.members(Release(season), "g1")}
    assert before == {"aa11": 1, "bb22": 1, "dd44": 0}, "six days apart is not together"
    assert [(each.text_group, each.accounts) for each in copies.earlier(Release(season), "g1")] == [("g0", 2)]
    assert copies.cluster(Release(season), "g2") is None
    page = lead.open("/salinan?teks=g1")
    assert page.count("<circle") == 3 and "2 dari 3 akun pernah memuat" in page
    assert lead.client.get("/salinan?teks=g2").status_code == 404
    assert "Tidak ada teks yang disalin sebanyak itu." in lead.open("/salinan")


def test_pages_answer_while_a_week_is_published(tmp_path: Path) -> None:
    publish_season(tmp_path, "1")
    browser = Browser(Settings(home=tmp_path), "lina", "lead")
    done = threading.Event()
    codes = set()

    def read() -> None:
        while not done.is_set():
            codes.update(browser.client.get(path).status_code for path in PATHS)

    reader = threading.Thread(target=read)
    reader.start()
    for name in ("2", "3"):
        publish_season(tmp_path, name)
    done.set()
    reader.join()
    assert codes == {200}
    target = Release(tmp_path)
    told = "Halaman ini memakai terbitan terakhir"
    assert told not in browser.open("/jelajah")
    with recorded(tmp_path, "weekly", {}):
        assert told in browser.open("/jelajah")
    assert target.rows("SELECT count(*) FROM core.posts") == [(13,)]
    publish(tmp_path / "other", [Post("1")])
    (tmp_path / ".next").symlink_to(tmp_path / "other" / "published")
    (tmp_path / ".next").replace(tmp_path / "published")
    assert target.rows("SELECT count(*) FROM core.posts") == [(1,)], "a new release is seen at once"


def test_what_cannot_be_shown_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(Settings(home=tmp_path), "lina", "lead")
    assert "Belum ada laporan yang terbit" in browser.open("/jelajah")
    with pytest.raises(NothingPublishedError):
        Release(tmp_path).rows("SELECT 1")
    publish(tmp_path, [Post("1")])  # without the tables that the explorer reads
    assert "versi ronda yang lain" in browser.open("/jelajah")
    with pytest.raises(RondaError, match="another version"):
        Release(tmp_path).rows("SELECT nothing FROM core.posts")
    monkeypatch.setattr(release, "SECONDS", 0.05)
    with pytest.raises(TooLongError):
        Release(tmp_path).rows("SELECT sum(a.range * b.range) FROM range(1000000) AS a, range(1000000) AS b")

    def too_long(*_: object) -> None:
        raise TooLongError

    monkeypatch.setattr(search, "find", too_long)
    answer = browser.client.get("/jelajah")
    assert answer.status_code == 503 and "Pencarian ini terlalu lama" in answer.text
