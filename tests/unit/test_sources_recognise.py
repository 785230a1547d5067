"""A file is known by its content, never by its name; what is not known gets a sentence that helps."""

import gzip
from collections import Counter
from pathlib import Path

import orjson
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.exits import InputRefusedError
from flows.files import open_stream
from flows.files.record import Record
from flows.post import Post, Rejected
from flows.settings import Settings, TableMapping
from flows.sources import formats, recognise

TIKTOK = {"source_platform": "tiktok.com", "data": {"id": "7612491652768642104", "desc": ""}}
INSTAGRAM = {"code": "DVXqzW5iUWX", "__import_meta": {"source_platform": "instagram.com"}}
GRAPH = {
    "data": [{"id": "1029_1221", "created_time": "2026-03-02T03:15:42+0000", "message": "Antrean"}],
    "paging": {"cursors": {"before": "a", "after": "b"}},
}
APIFY = [
    {
        "id": "7612491652768642104",
        "text": "Antrean",
        "createTime": 1772421342,
        "createTimeISO": "2026-03-02T03:15:42.000Z",
        "authorMeta": {"name": "kabar.contoh"},
        "diggCount": 1,
        "webVideoUrl": "https://www.tiktok.com/@kabar.contoh/video/7612491652768642104",
    }
]
FOURCAT = "id,author,body,unix_timestamp,tiktok_url,missing_fields\r\n"
ZEESCHUIMER = FOURCAT.replace(",missing_fields", "").replace(",", ";")
CROWDTANGLE = (
    "Page Name,User Name,Facebook Id,Likes at Posting,Followers at Posting,Post Created,Type,Total Interactions,Likes,"
    "Comments,Shares,Love,Wow,Haha,Sad,Angry,Care,URL,Message,Overperforming Score\n"
)
MCL = (
    "content_type,creation_time,hashtags,id,is_branded_content,lang,match_type,mcl_url,modified_time,multimedia,"
    "post_owner.type,post_owner.id,post_owner.name,post_owner.username,statistics.comment_count,statistics.like_count,"
    "statistics.views,statistics.views_date_last_refreshed,text\n"
)
REMOVALS = "platform,post_id,gone_at,reason\n"

KNOWN = {
    "zeeschuimer envelope": (orjson.dumps(TIKTOK), "zeeschuimer", "tiktok"),
    "zeeschuimer flattened": (orjson.dumps(INSTAGRAM), "zeeschuimer", "instagram"),
    "zeeschuimer mixed": (orjson.dumps(INSTAGRAM) + b"\n" + orjson.dumps(TIKTOK), "zeeschuimer", "mixed"),
    "zeeschuimer csv": (ZEESCHUIMER.encode(), "zeeschuimer", "tiktok"),
    "4cat csv": (FOURCAT.encode(), "fourcat", "tiktok"),
    "4cat csv saved by a spreadsheet": (FOURCAT.replace(",", ";").encode(), "fourcat", "tiktok"),
    "crowdtangle": (b"\xef\xbb\xbf" + CROWDTANGLE.encode(), "crowdtangle", "facebook"),
    "content library": (b"\xef\xbb\xbf" + MCL.encode(), "mcl", "instagram"),
    "apify array": (orjson.dumps(APIFY), "apify", "tiktok"),
    "apify lines": (orjson.dumps(APIFY[0]) + b"\n" + orjson.dumps(APIFY[0]), "apify", "tiktok"),
    "graph page": (orjson.dumps(GRAPH), "graph", "facebook"),
    "graph pages": (orjson.dumps([GRAPH, GRAPH]), "graph", "facebook"),
    "removals": (REMOVALS.encode(), "removals", "mixed"),
}


@pytest.fixture
def plain(tmp_path) -> Settings:
    return Settings(home=tmp_path)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("kind", KNOWN)
def test_every_format_is_known_by_its_content_and_misleading_names_do_not_matter(tmp_path, plain, kind, compress):
    content, name, platform = KNOWN[kind]
    path = tmp_path / "gambar.jpg"
    path.write_bytes(compress(content))
    found, seen = recognise(path, plain)
    assert (found.name, seen) == (name, platform)


@pytest.mark.parametrize("kind", KNOWN)
def test_exactly_one_format_claims_a_file(plain, kind):
    content = KNOWN[kind][0]
    assert [found.name for found in formats(plain) if found.recognise(content)] == [KNOWN[kind][1]]


def test_a_table_of_the_configuration_is_known_last(tmp_path):
    mapping = TableMapping(platform="facebook", id="nomor", created_at="waktu", text="isi")
    configured = Settings(home=tmp_path, tables={"dinas": mapping})
    path = tmp_path / "dinas.csv"
    path.write_text("nomor,waktu,isi\n1,2026-03-02T03:15:42Z,Antrean\n")
    assert recognise(path, configured)[0].name == "dinas"
    path.write_text(FOURCAT)
    assert recognise(path, configured)[0].name == "fourcat"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"<!DOCTYPE html><html><body>Masuk</body></html>", "is a web page"),
        (b"\n <html>", "is a web page"),
        (b'<?xml version="1.0"?><a/>', "is XML"),
        (b"PAR1" + bytes(100) + b"PAR1", "is a Parquet table"),
        (b'{"kunci": 1, "lain": 2}', "is JSON of an unknown kind (kunci, lain)"),
        (b"[1, 2]", "is JSON of an unknown kind;"),
        (b"satu;dua;tiga;empat;lima;enam;tujuh\n1;2;3;4;5;6;7\n", "(satu, dua, tiga, empat, lima, enam, …)"),
        (b"hanya sebaris teks", "is text of an unknown kind"),
        (b" \n\n", "holds only blanks"),
        (b"\xef\xbb\xbf", "holds only blanks"),
    ],
)
def test_an_unknown_file_is_refused_with_a_sentence_of_its_own(tmp_path, plain, content, word):
    path = tmp_path / "kiriman.csv"
    path.write_bytes(content)
    with pytest.raises(InputRefusedError) as refused:
        recognise(path, plain)
    assert str(path) in str(refused.value)
    assert word in str(refused.value)
    assert "Zeeschuimer" in str(refused.value)


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_break_the_recognition(plain, content):
    for candidate in formats(plain):
        assert isinstance(candidate.recognise(content), str | None)


@given(
    st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"sep=;\n", b"[", b'{"data":', b"id,author,"]),
    st.binary(max_size=300),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_file_is_recognised_or_refused_with_a_sentence(tmp_path, plain, start, rest):
    path = tmp_path / "kiriman"
    path.write_bytes(start + rest)
    try:
        found, _ = recognise(path, plain)
    except InputRefusedError as refused:
        assert str(refused).startswith(str(path))
        assert str(refused).endswith(".")
    else:
        with open_stream(path) as stream:
            assert all(item.number > 0 for item in found.records(stream))


def test_the_real_exports_are_recognised_and_every_record_accounted_for(shared_data, plain):
    exports = shared_data / "exports"
    accounted = {}
    for path in sorted(exports.glob("*.ndjson")):
        found, platform = recognise(path, plain)
        outcomes: Counter[str] = Counter()
        with open_stream(path) as stream:
            for item in found.records(stream):
                assert isinstance(item, Record)
                try:
                    seen = found.post(item.raw)
                except Rejected as rejected:
                    outcomes[rejected.reason] += 1
                else:
                    assert isinstance(seen, Post)
                    outcomes["post"] += 1
        accounted[path.stem] = (found.name, platform, outcomes.total(), outcomes["post"])
    assert accounted["zeeschuimer-tiktok"] == ("zeeschuimer", "tiktok", 60, 60)
    assert accounted["zeeschuimer-instagram"][:3] == ("zeeschuimer", "instagram", 23)


def test_the_names_of_a_strangers_columns_stand_on_one_line_and_are_short(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'"baris satu\nbaris dua",' + b"x" * 500 + b"\n1,2\n")
    with pytest.raises(InputRefusedError, match=rf"\(baris satu baris dua, {'x' * 40}\)"):
        recognise(path, Settings())
