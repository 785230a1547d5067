"""ronda's own two lists: removals, and the collection log."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.files.record import Fault, Record
from flows.post import Post, Reason, Rejected
from flows.sources import collection, removals
from flows.sources.collection import CollectionDay

GONE = 1_706_746_200
REMOVALS = removals.FORMAT


def removal(**changes: str) -> dict[str, str]:
    row = {"platform": "tiktok", "post_id": "7612491652768642104", "gone_at": "2024-02-01T00:10:00Z"}
    return {**row, "reason": "removed", **changes}


def reason_of(row: dict[str, str]) -> Reason:
    with pytest.raises(Rejected) as rejected:
        removals.post(row)
    return rejected.value.reason


# --- removals


def test_a_removal_tells_that_a_post_is_gone_and_since_when():
    assert removals.post(removal()) == Post(
        platform="tiktok", post_id="7612491652768642104", created_at=GONE, observed_at=GONE, gone="removed"
    )


@pytest.mark.parametrize("moment", ["2024-02-01T07:10:00+0700", "2024-02-01 00:10:00", str(GONE), f"{GONE}000"])
def test_the_moment_of_a_removal(moment):
    assert removals.post(removal(gone_at=moment)).observed_at == GONE


@pytest.mark.parametrize(
    ("word", "gone"),
    [
        ("removed", "removed"),
        ("Private ", "private"),
        ("account gone", "account gone"),
        ("", "unknown"),
        ("x", "unknown"),
    ],
)
def test_the_reason_is_one_of_four(word, gone):
    assert removals.post(removal(reason=word)).gone == gone


@pytest.mark.parametrize(
    ("platform", "given_id", "key"),
    [
        ("facebook", "102938475610293_122118273645019283", "122118273645019283"),
        ("facebook", "122118273645019283", "122118273645019283"),
        ("facebook", "pfbid0Abc9", "pfbid0Abc9"),
        ("facebook", "mcl:987", "mcl:987"),
        ("instagram", "DVXqzW5iUWX", "DVXqzW5iUWX"),
        ("instagram", "3843729054218405271", "DVXqzW5iUWX"),
        ("instagram", "graph:17912345678901234", "graph:17912345678901234"),
        (" TikTok", "7612491652768642104 ", "7612491652768642104"),
    ],
)
def test_the_key_is_the_one_posts_are_stored_by(platform, given_id, key):
    assert removals.post(removal(platform=platform, post_id=given_id)).post_id == key


def test_removals_that_cannot_be_used():
    assert reason_of(removal(platform="x")) is Reason.UNKNOWN_PLATFORM
    assert reason_of(removal(post_id="")) is Reason.NO_ID
    assert reason_of(removal(post_id="7.61E+18")) is Reason.ID_AS_NUMBER
    assert reason_of(removal(gone_at="")) is Reason.NO_TIME
    assert reason_of({"platform": "tiktok"}) is Reason.WRONG_SHAPE


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_removal_list_is_read(delimiter):
    lines = ["platform,post_id,gone_at,reason", "tiktok,7612491652768642104,2024-02-01T00:10:00Z,removed", "tiktok,1"]
    content = b"\xef\xbb\xbf" + "\r\n".join(lines).replace(",", delimiter).encode() + b"\r\n"
    assert REMOVALS.recognise(content) == "mixed"
    first, second = REMOVALS.records(io.BytesIO(content))
    assert first == Record(2, removal())
    assert second.reason is Reason.WRONG_SHAPE


def test_only_the_own_header_is_a_removal_list():
    assert REMOVALS.recognise(b"platform,post_id,gone_at\n") is None
    assert REMOVALS.recognise(b"platform,post_id,gone_at,reason,text\n") is None
    assert REMOVALS.recognise(b"") is None


@given(st.dictionaries(st.sampled_from(["platform", "post_id", "gone_at", "reason"]), st.text()))
def test_whatever_a_removal_holds_it_is_read_or_rejected(changes):
    try:
        seen = removals.post(removal(**changes))
    except Rejected as rejected:
        assert rejected.reason in Reason
    else:
        assert seen.gone in removals.REASONS
        assert seen.observed_at == seen.created_at


# --- collection log

HEADER = b"platform,source,query,day,planned,attempted,succeeded,reason\n"


def log(*rows: str) -> list[CollectionDay | Fault]:
    items = collection.FORMAT.records(io.BytesIO(HEADER + "\n".join(rows).encode() + b"\n"))
    return [item if isinstance(item, Fault) else item.raw for item in items]


def test_a_day_of_collection():
    assert log("tiktok,zeeschuimer,#kabcontoh,2024-02-01,4,3,2,quota", "facebook,crowdtangle,,2024-02-02,1,1,1,") == [
        CollectionDay("tiktok", "zeeschuimer", "#kabcontoh", date(2024, 2, 1), 4, 3, 2, "quota"),
        CollectionDay("facebook", "crowdtangle", "*", date(2024, 2, 2), 1, 1, 1, None),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,s,q,2024-02-01,1,1,1,", Reason.UNKNOWN_PLATFORM),
        ("tiktok,,q,2024-02-01,1,1,1,", Reason.WRONG_SHAPE),
        ("tiktok,s,q,1 Februari,1,1,1,", Reason.TIME_FORM),
        ("tiktok,s,q,2024-02-01,-1,1,1,", Reason.WRONG_SHAPE),
        ("tiktok,s,q,2024-02-01,1,,1,", Reason.WRONG_SHAPE),
        ("tiktok,s,q,2024-02-01,1,1,2,", Reason.WRONG_SHAPE),
        ("tiktok,s,q,2024-02-01,1,1.5,1,", Reason.WRONG_SHAPE),
        ("tiktok,s,q,2024-02-01,1,1", Reason.WRONG_SHAPE),
    ],
)
def test_rows_that_cannot_be_true_are_faults(row, reason):
    good = "tiktok,s,q,2024-02-01,1,1,1,"
    fault, day = log(row, good)
    assert (fault.number, fault.reason) == (2, reason)
    assert fault.excerpt.decode().strip() == row
    assert day.succeeded == 1


def test_a_collection_log_is_known_by_its_header():
    assert collection.recognise(HEADER) == "mixed"
    assert collection.recognise(b"\xef\xbb\xbf" + HEADER.replace(b",", b";")) == "mixed"
    assert collection.recognise(b"platform,post_id,gone_at,reason\n") is None
    assert collection.recognise(b"") is None


def test_a_log_without_a_column_of_its_own_has_only_faults():
    content = io.BytesIO(b"platform,source\ntiktok,s\n")
    (fault,) = collection.FORMAT.records(content)
    assert fault.reason is Reason.WRONG_SHAPE
    assert "planned" in fault.detail


@given(st.binary())
def test_a_log_never_raises_and_never_claims_more_than_was_tried(content):
    for item in collection.FORMAT.records(io.BytesIO(HEADER + content)):
        assert isinstance(item, Fault) or 0 <= item.raw.succeeded <= item.raw.attempted
