"""Ids that lost digits are told by all ids of a file; one that only looks so is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sources.spreadsheet import Damage, Ids, bare, chance, ends_in_zeros, is_double

TIKTOK = [7329720749889945677, 7329720754184912974, 7329720758479880271, 7329720762774847568]
PAGE = [122118273645143229, 122118279999143229, 122119000000143229]  # of one Facebook Page: the last digits are its own
OTHER_PAGE = [122201111111098113, 122202222222098113]


def in_a_sheet(number: int) -> int:
    """The number with 15 digits and zeros."""
    text = str(number)
    return int(text[:15] + "0" * (len(text) - 15))


def in_javascript(number: int) -> int:
    """The number as JSON.parse and JSON.stringify leave it."""
    digits, _, power = f"{float(number)!r}".replace(".", "").partition("e+")
    return int(digits.ljust(int(power) + 1, "0"))


def damage(*ids: object) -> Damage | None:
    seen = Ids()
    for each in ids:
        seen.see(each)
    return seen.damage()


@pytest.mark.parametrize(
    "text", ["7329", " 7329 ", '="7329"', "=7329", "'7329", "'7329'", '"7329"', "\u00a07329\u200b", "\ufeff7329\u202c"]
)
def test_marks_and_blanks_come_off(text: str) -> None:
    assert bare(text) == "7329"


@pytest.mark.parametrize("text", ["a b", "1.204", "=1+1=2", "it's", ""])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert bare(text) == text.removeprefix("=") or bare(text) == text


def test_what_a_sheet_and_a_double_leave_is_known() -> None:
    assert [ends_in_zeros(str(each)) for each in (in_a_sheet(TIKTOK[0]), TIKTOK[0], 123450000)] == [True, False, False]
    assert in_javascript(TIKTOK[0]) == 7329720749889946000
    assert is_double(str(in_javascript(TIKTOK[0])))
    assert is_double(str(int(float(TIKTOK[0]))))  # as a data frame writes it
    assert is_double(str(in_a_sheet(TIKTOK[0])))
    assert not is_double(str(TIKTOK[0]))


@pytest.mark.parametrize("lose", [in_a_sheet, in_javascript, lambda number: int(float(number))])
@pytest.mark.parametrize("write", [str, int, lambda number: f'="{number}"'])
def test_a_file_whose_ids_all_lost_digits_is_damaged(lose, write) -> None:
    found = damage(*(write(lose(each)) for each in TIKTOK))
    assert found is not None
    assert [found.hit(write(lose(each))) for each in TIKTOK] == [True] * 4
    assert (found.alike, found.ids) == (4, 4)
    assert found.sentence().startswith("4 of 4 long ids have lost their last digits")


def test_two_rows_of_zeros_are_enough_and_one_is_not() -> None:
    assert damage(*map(in_a_sheet, TIKTOK[:2])) is not None
    assert damage(in_a_sheet(TIKTOK[0])) is None
    assert damage(*[in_a_sheet(TIKTOK[0])] * 9) is None  # one post, seen nine times
    assert damage(*map(in_javascript, TIKTOK[:2])) is None


def test_one_id_that_happens_to_end_in_zeros_is_kept_among_others() -> None:
    assert damage(7329720749889940000, *TIKTOK[1:]) is None
    assert damage(*range(7329720749889900000, 7329720749889900000 + 30_000, 7)) is None  # three of them by chance


def test_damaged_rows_below_whole_ones_are_refused_and_the_whole_ones_kept() -> None:
    whole = range(7329720749889900001, 7329720749889900001 + 1401, 7)
    found = damage(*whole, *map(in_a_sheet, TIKTOK))
    assert found is not None
    assert [found.hit(in_a_sheet(each)) for each in TIKTOK] == [True] * 4
    assert not any(found.hit(each) for each in whole)


def test_ids_of_facebook_are_judged_by_the_last_digits_of_each_page() -> None:
    assert damage(*map(in_a_sheet, PAGE)) is not None
    assert damage(*map(in_a_sheet, PAGE), PAGE[0]) is None  # one whole id: the zeros are the Page's own
    assert damage(*PAGE, *OTHER_PAGE) is None
    assert damage(*map(in_a_sheet, PAGE[:2])) is None
    found = damage(*map(in_a_sheet, [*PAGE, *OTHER_PAGE]))
    assert found is not None
    assert found.hit(in_a_sheet(PAGE[0]))
    assert not found.hit(PAGE[0])


@pytest.mark.parametrize("value", [None, "", "abc", "DVXqzW5iUWX", 17, "17", "1" * 30, 7.3e18, True, "٧" * 19, []])
def test_what_is_no_long_number_says_nothing(value: object) -> None:
    assert damage(value, value, value) is None
    assert not Damage(zeros=True, double=True, short=True).hit(value)


def test_the_bound_on_chance() -> None:
    assert chance(0, 10, 0.5) == 1
    assert chance(2, 2, 1e-4) == pytest.approx(1e-8)
    assert chance(2, 3, 1e-4) == pytest.approx(3e-8)
    assert chance(10, 10_000, 1e-3) == 1  # what is to be expected


@given(st.lists(st.integers(2**60, 2**63 - 1), max_size=40, unique=True))
def test_random_ids_are_never_damaged(ids: list[int]) -> None:
    whole = [each for each in ids if not is_double(str(each))]  # chance may draw them, hypothesis will
    assert damage(*whole) is None
