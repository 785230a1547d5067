"""Counts as they are written: absent is never zero, and what can be two numbers is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sources.counts import STYLES, UNKNOWN, CountColumn, Style, count, stated, style_of, styles_of
from tests.unit.test_sources_fields import ANYTHING

INDONESIAN, ENGLISH = STYLES["1.234,5"], STYLES["1,234.5"]


def column(*values: object) -> CountColumn:
    seen = CountColumn()
    for value in values:
        seen.see(value)
    return seen


@pytest.mark.parametrize(
    ("value", "known"),
    [
        *((0, 0), (233, 233), ("233", 233), (" 5 ", 5), (12.0, 12), ("12.0", 12), (2**63 - 1, 2**63 - 1)),
        *(("1,972,048", 1972048), ("1.972.048", 1972048), ("1,234", 1234), ("2.500", 2500), ("1.234,00", 1234)),
        *(("12 000", 12000), ("12\u00a0000", 12000), ("1\u202f234\u202f567", 1234567), ("1\u2009000,0", 1000)),
        *(("1'234'567", 1234567), ("1’000", 1000)),
        *(("1,2 rb", 1200), ("3,4jt", 3400000), ("12 ribu", 12000), ("2 juta", 2000000), ("1,5 miliar", 1500000000)),
        *(("1.2K", 1200), ("12k", 12000), ("1.5M", 1500000), ("1.25B", 1250000000)),
        *(("≈1.200", 1200), ("~950", 950), ("10K+", 10000), ("100+", 100)),
        *(("1e3", 1000), ("1e+05", 100000), ("1,2E+06", 1200000)),
        *(('="1.204"', 1204), ("'17", 17)),
    ],
)
def test_counts_that_are_known(value: object, known: int) -> None:
    assert count(value) == known


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "N/A", -1, "-1", 12.5, "12.5", "12.000,5", "1,97", "1,2345", "٣", True, [3], {}),
        *("1.000", "1,000", "2M", "1,5 M", "1.234K"),  # two numbers each
        *("1.2.3", "1,23,456", "12 likes", "1K2", "e3", "1e99", "1.5e0", "K"),
        *(float("nan"), float("inf"), 2**63, "9" * 19, "9" * 5000, "0." + "0" * 40 + "1"),
    ],
)
def test_counts_that_are_unknown(value: object) -> None:
    assert count(value) is None


@pytest.mark.parametrize(
    ("value", "style", "known"),
    [
        *(("1.000", INDONESIAN, 1000), ("1.000", ENGLISH, 1), ("1,000", INDONESIAN, 1), ("1,000", ENGLISH, 1000)),
        *(("1.234K", INDONESIAN, 1234000), ("1.234K", ENGLISH, 1234)),
        ("1,234", INDONESIAN, None),  # 1.234 is no count
        *(("1,000", Style(","), 1000), ("1.000", Style(","), None)),  # nothing shows that counts have decimals here
        *(("2M", Style(m=10**6), 2000000), ("2M", Style(m=10**9), 2000000000)),
        *(("1.0", Style(is_torn=True), None), (1.0, Style(is_torn=True), None), ("7", Style(is_torn=True), 7)),
    ],
)
def test_a_style_decides(value: object, style: Style, known: int | None) -> None:
    assert count(value, style) == known


@pytest.mark.parametrize(
    ("values", "style"),
    [
        (("1.000", "7"), UNKNOWN),
        (("1.000", "2.500"), Style(".")),
        (("1.000", "1.234.567"), Style(".")),
        (("1.000", "12.000,5"), Style(".", ",")),
        (("1.000", "1,2 rb"), Style(".", m=10**9)),
        (("1,000", "1.2K"), Style(",", m=10**6)),
        (("1,000", "17.0"), Style(",", ".")),
        (("1.000", "2,345", "3.456"), UNKNOWN),  # they disagree
        (("2M", "3 jt"), Style(m=10**9)),
        (("2M", "3 jt", "4K"), UNKNOWN),
    ],
)
def test_the_values_of_a_column_show_its_style(values: tuple[str, ...], style: Style) -> None:
    assert style_of([column(*values)]) == style


def test_a_column_is_read_by_itself_and_else_by_the_file() -> None:
    columns = {"a": column("1.000"), "b": column("2.500"), "c": column("3,400")}
    assert styles_of(columns) == {"a": UNKNOWN, "b": Style("."), "c": Style(",")}
    del columns["c"]
    assert styles_of(columns)["a"] == Style(".")
    assert styles_of({"a": column("1,000")}, usual=Style(","))["a"] == Style(",")
    assert styles_of({"a": column("1,000", "2.500")}, usual=Style(","))["a"] == Style(".")
    assert stated({"a": column("2M", "1K")}, INDONESIAN) == {"a": INDONESIAN._replace(m=10**6)}


def test_numbers_whose_thousands_a_program_took_for_decimals_are_unknown() -> None:
    torn = column("1.0", "2.5", "950.0")  # 1.000, 2.500 and 950 once
    (style,) = styles_of({"a": torn}).values()
    assert [count(value, style) for value in ("1.0", "2.5", "950.0", "12")] == [None, None, None, 12]
    assert [count(value, style) for value in (1.0, 2.5)] == [None, None]
    assert list(torn.doubts(style, "")) == [
        "numbers with decimals are no counts and stay unknown; export them as whole numbers",
        "1 are no whole numbers and stay unknown",
    ]


def test_what_stays_unknown_is_counted_and_told() -> None:
    seen = column("1.000", "1.000", "10.000", "N/A", "-", "", None, "banyak", 5)
    assert list(seen.doubts(UNKNOWN, "; set number_format")) == [
        "3 such as 1.000 can be 1,000 or 1 and stay unknown; set number_format",
        "1 are no whole numbers and stay unknown",
    ]
    assert list(seen.doubts(INDONESIAN, "")) == ["1 are no whole numbers and stay unknown"]
    assert list(column("2M").doubts(UNKNOWN, "")) == ["1 such as 2M can be 2,000,000,000 or 2,000,000 and stay unknown"]


@given(ANYTHING)
def test_values_are_counts_or_unknown_and_nothing_else(value: object) -> None:
    for style in (UNKNOWN, INDONESIAN, ENGLISH):
        assert (found := count(value, style)) is None or found >= 0
    column(value)


@given(st.integers(0, 10**12), st.sampled_from([".", ",", " ", "\u00a0"]))
def test_grouped_thousands_are_never_another_number(number: int, sign: str) -> None:
    text = f"{number:,}".replace(",", sign)
    assert count(text) in (number, None)
    assert count(text, Style(sign if sign in ".," else None)) in (number, None if sign in ".," else number)
    assert count(text, INDONESIAN if sign != "," else ENGLISH) == number
