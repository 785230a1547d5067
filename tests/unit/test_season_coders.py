"""Made-up coders: sheets that come back whole, with known errors, and a third who decides and hands over."""

from flows.simulation.coders import CODERS, NONE, SHEET, THIRD, Coder, Drawn, returned

CODES = ("hoax", "insult", NONE)
SENTIMENTS = ("negative", "neutral", "positive")
POSTS = [Drawn("tiktok", str(number), "hoax" if number % 2 else NONE, "negative") for number in range(2000)]


def test_sheets_come_back_with_the_errors_that_are_known() -> None:
    rows = [dict(zip(SHEET, row, strict=True)) for row in returned(POSTS, CODES, SENTIMENTS)]
    for coder in CODERS:
        mine = [row for row in rows if row["coder"] == coder.name]
        assert len(mine) == len(POSTS)
        missed = [row["code"] != "hoax" for row in mine if int(row["post_id"]) % 2]
        misread = [row["sentiment"] != "negative" for row in mine]
        assert abs(sum(missed) / len(missed) - coder.missed) < 0.03
        assert abs(sum(misread) / len(misread) - coder.misread) < 0.03


def test_a_third_decides_every_difference_and_hands_over_what_is_indicated() -> None:
    rows = [dict(zip(SHEET, row, strict=True)) for row in returned(POSTS, CODES, SENTIMENTS)]
    said: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        if row["stage"] == "reviewed":
            said.setdefault(row["post_id"], set()).add((row["code"], row["sentiment"]))
    decided = {row["post_id"]: row["code"] for row in rows if row["stage"] == "adjudicated"}
    assert decided.keys() == {post for post, both in said.items() if len(both) > 1}
    codes = {post: decided.get(post, next(iter(both))[0]) for post, both in said.items()}
    referred = {row["post_id"]: row["code"] for row in rows if row["stage"] == "referred"}
    assert referred == {post: code for post, code in codes.items() if code != NONE}
    assert {row["coder"] for row in rows if row["stage"] != "reviewed"} == {THIRD.name}


def test_what_has_no_sentiment_is_given_none() -> None:
    assert {Coder("x", 0.0, 0.0, 1.0).feel(str(number), None, SENTIMENTS) for number in range(50)} == {""}
