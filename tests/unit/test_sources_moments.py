"""Times as they are written: a day and a month that can change places are told apart by the file, or not at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.exits import UsageError
from flows.post import Reason, Rejected
from flows.sources.moments import FREE, Form, TimeColumn, is_pattern, iso_seconds, moment, seconds
from flows.sources.zones import AMBIGUOUS, HOURS, NO_ZONES, read_zone, read_zones
from tests.unit.test_sources_fields import ANYTHING, reason_of

WIB = ZoneInfo("Asia/Jakarta")
HALF_PAST_TWO = int(datetime(2024, 2, 5, 14, 30, tzinfo=WIB).timestamp())
DAYS_FIRST, MONTHS_FIRST = Form(frozenset({"dmy"})), Form(frozenset({"mdy"}))


def read(value: object, form: Form = FREE) -> int:
    return moment(value, form, WIB, NO_ZONES)


def refusal(value: object, form: Form = FREE) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read(value, form)
    return caught.value


def column(*values: object) -> TimeColumn:
    seen = TimeColumn()
    for value in values:
        seen.see(value)
    return seen


@pytest.mark.parametrize(
    "value", [1772421342, "1772421342", 1772421342.9, "1772421342.0", 1772421342000, "1772421342123", '="1772421342"']
)
def test_seconds_and_milliseconds(value: object) -> None:
    assert seconds(value) == 1772421342


@pytest.mark.parametrize("value", [None, "", " ", 0, "0", float("nan")])
def test_no_time(value: object) -> None:
    assert reason_of(seconds, value) is Reason.NO_TIME


@pytest.mark.parametrize("value", ["kemarin", True, [], "1.77242E+09", "1772421342.5", "2024-01-30"])
def test_a_time_that_is_there_is_never_no_time(value: object) -> None:
    assert reason_of(seconds, value) is Reason.TIME_FORM


@pytest.mark.parametrize("value", [-1, 10**17, "9" * 20, 1e300])
def test_times_beyond_any_date(value: object) -> None:
    assert reason_of(seconds, value) is Reason.TIME_OUT_OF_RANGE


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T03:15:42+0000",
        "2026-03-02T03:15:42+00:00",
        "2026-03-02T03:15:42.000Z",
        "2026-03-02T03:15:42Z",
        "2026-03-02T10:15:42+0700",
        "2026-03-02 10:15:42 WIB",
        "2026-03-02 10:15:42 GMT+7",
        "2026-03-02 03:15:42",
        " 2026-03-02T03:15:42.999999 ",
    ],
)
def test_iso_times(text: str) -> None:
    assert iso_seconds(text) == int(datetime(2026, 3, 2, 3, 15, 42, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        *((None, Reason.NO_TIME), ("", Reason.NO_TIME), ("1772421342", Reason.TIME_FORM)),
        *(("20260302", Reason.TIME_FORM), ("2026-13-02", Reason.TIME_FORM), (1772421342, Reason.TIME_FORM)),
        *(("2 Maret 2026", Reason.TIME_FORM), ("2026-03-02 10:00 IST", Reason.TIME_ZONE)),
    ],
)
def test_no_iso_times(value: object, reason: Reason) -> None:
    assert reason_of(iso_seconds, value) is reason


@pytest.mark.parametrize(
    "text",
    [
        "5 Februari 2024 14.30 WIB",
        "5 Feb 2024 14:30",
        "Senin, 05 Februari 2024 pukul 14.30 WIB",
        "05-Feb-2024 14:30:00",
        "Feb 5, 2024 2:30 PM",
        "February 5th, 2024 at 2:30 p.m.",
        "Mon, 05 Feb 2024 14:30:00 +0700",
        "Mon Feb 05 07:30:00 +0000 2024",
        "Mon Feb 05 2024 14:30:00 GMT+0700 (Western Indonesia Time)",
        "Senin, 5 Februari 2024 | 15:30 WITA",
        "2024/02/05 14:30",
        "2024.02.05 14.30",
        "2024-02-05 14:30:00 WIB",
        "2024-02-05 16:30 JST",
        "2024-02-05T07:30:00.000Z",
        "20240205 1430",
        "'2024-02-05 14:30",
        "14:30 2024/02/05",
    ],
)
def test_times_that_can_be_read_in_one_way(text: str) -> None:
    assert read(text) == HALF_PAST_TWO


@pytest.mark.parametrize("text", ["5/2/2024 14:30", "05.02.2024 14.30", "05-02-2024 2:30 pm", "05/02/24 14:30"])
def test_a_day_and_a_month_that_can_change_places_need_evidence(text: str) -> None:
    assert read(text, DAYS_FIRST) == HALF_PAST_TWO
    assert read(text, MONTHS_FIRST) == int(datetime(2024, 5, 2, 14, 30, tzinfo=WIB).timestamp())
    assert str(refusal(text)).endswith("can be 05 February 2024 or 02 May 2024")


def test_a_day_above_twelve_or_equal_to_its_month_needs_none() -> None:
    assert read("30/01/2024 10:00") == read("01/30/2024 10:00") == read("2024-01-30 10:00")
    assert read("5/5/2024") == read("2024-05-05")


@pytest.mark.parametrize(
    ("values", "orders"),
    [
        (("05/02/2024", "13/02/2024"), {"dmy"}),
        (("05/02/2024", "02/13/2024", "2024-02-01", "5 Mei 2024"), {"mdy"}),
        (("05/02/2024", "06/02/2024"), {"dmy", "mdy"}),
        (("05/02/2024", "13/02/2024", "02/13/2024"), set()),  # they contradict each other
        (("05/02/24", "30/01/24"), {"dmy"}),
        (("24/01/30", "30/01/24"), {"dmy", "ymd"}),  # either can be of 2024 or of 2030
    ],
)
def test_the_days_of_a_column_show_their_order(values: tuple[str, ...], orders: set[str]) -> None:
    assert column(*values).form().orders == orders


def test_days_that_stay_in_doubt_are_counted_and_told() -> None:
    told = ["2 such as 05/02/2024 can be 05 February 2024 or 02 May 2024; set time_format"]
    assert list(column("05/02/2024", "06/02/2024").doubts("; set time_format")) == told
    assert list(column("05/02/2024", "06/02/2024", "13/02/2024", "02/13/2024").doubts("; set time_format")) == told
    assert list(column("05/02/2024", "13/02/2024", "").doubts("")) == []


def test_a_column_of_a_spreadsheets_days_is_one() -> None:
    form = column("45327.604166667", "45328", "").form()
    assert form.is_serial
    assert [read(value, form) for value in ("45327.604166667", "45327,604166667", 45327.604166667)] == [
        HALF_PAST_TWO
    ] * 3
    assert read("45328", form) == read("2024-02-06")
    mixed = column("45328", "1706583600").form()
    assert not mixed.is_serial
    assert refusal("45327.5", mixed).reason is Reason.TIME_FORM


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%d/%m/%Y %H.%M", "05/02/2024 14.30"),
        ("%m/%d/%y %I:%M %p", "02/05/24 2:30 PM"),
        ("%d %B %Y, %H:%M", "5 Februari 2024, 14:30"),
        ("%d %b %Y %H:%M", "5 Peb 2024 14:30"),
        ("%Y%m%d%H%M", "202402051430"),
        ("%Y-%m-%dT%H:%M%z", "2024-02-05T07:30+0000"),
    ],
)
def test_the_setting_says_the_form(pattern: str, text: str) -> None:
    assert is_pattern(pattern)
    assert read(text, Form(pattern=pattern)) == HALF_PAST_TWO
    found = refusal("2024.02.05", Form(pattern=pattern))
    assert found.reason is Reason.TIME_FORM
    assert found.detail == f"2024.02.05 is not in the time_format {pattern}"


@pytest.mark.parametrize("pattern", ["DD/MM/YYYY", "%d/%m", "%H:%M", "%Q", ""])
def test_a_setting_that_names_no_day_is_none(pattern: str) -> None:
    assert not is_pattern(pattern)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        *(("", Reason.NO_TIME), (None, Reason.NO_TIME), (float("nan"), Reason.NO_TIME), ("0", Reason.NO_TIME)),
        *(("kemarin", Reason.TIME_FORM), ("3 jam", Reason.TIME_FORM), ("31/02/2024", Reason.TIME_FORM)),
        *(("2024-02-05 25:00", Reason.TIME_FORM), ("5 Feb 2024 13:00 pm", Reason.TIME_FORM)),
        *(("5 Feb 2024 jam lima", Reason.TIME_FORM), ("1525-01-01", Reason.TIME_OUT_OF_RANGE)),
        *(("2024-02-05 10:00 BST", Reason.TIME_ZONE), ("2024-02-05 10:00 +25:00", Reason.TIME_ZONE)),
    ],
)
def test_times_that_cannot_be_read(value: object, reason: Reason) -> None:
    assert refusal(value).reason is reason


def test_no_name_of_a_zone_is_sure_and_doubtful() -> None:
    assert not AMBIGUOUS & HOURS.keys()
    assert {HOURS[name] for name in ("WIB", "WITA", "WIT")} == {7, 8, 9}


def test_a_name_of_several_zones_is_told_by_the_setting_or_the_zone_of_the_table() -> None:
    text, second = "2024-02-05 13:00 IST", HALF_PAST_TWO
    assert moment(text, FREE, WIB, read_zones({"ist": "+05:30"})) == second
    assert moment(text, FREE, ZoneInfo("Asia/Kolkata"), NO_ZONES) == second
    assert moment("2024-02-05 07:30 GMT", FREE, WIB, read_zones({"GMT": "+0000"})) == second
    with pytest.raises(UsageError, match=r"\[zones\] X has the unknown timezone '\+99:00'"):
        read_zones({"X": "+99:00"})
    assert read_zone("-03:30", "").utcoffset(None) == read_zone("GMT-3:30", "").utcoffset(None)


@given(ANYTHING | st.datetimes().map(str))
def test_values_are_times_or_rejected_and_nothing_else(value: object) -> None:
    form = column(value).form()
    for function in (seconds, iso_seconds, read, lambda it: read(it, form), lambda it: read(it, DAYS_FIRST)):
        try:
            assert isinstance(function(value), int)
        except Rejected:
            continue


@given(st.integers(21_040_000, 68_370_000), st.sampled_from("/.-"))
def test_a_written_day_is_never_another_one(minute: int, sign: str) -> None:
    text = datetime.fromtimestamp(minute * 60, WIB).strftime(f"%d{sign}%m{sign}%Y %H:%M")
    try:
        assert read(text) == minute * 60
    except Rejected as rejected:
        assert rejected.reason is Reason.TIME_FORM
    assert read(text, DAYS_FIRST) == minute * 60
