"""Every expectation on posts passes on healthy posts and notices the one thing it is there for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

import sql
from expectations.posts import COLUMNS, suite
from expectations.run import Outcome, gate, highest_breach, validate
from expectations.suite import Severity

POSTS = 40


def healthy() -> pd.DataFrame:
    """Forty posts of all platforms, the last four removed, as DuckDB hands them over."""
    platforms = ["tiktok", "facebook", "instagram", "instagram"] * (POSTS // 4)
    ids = {"tiktok": "73000000000000000{:02d}", "facebook": "12223330{:02d}", "instagram": "Cx-_aB{:02d}"}
    removed = [number >= POSTS - 4 for number in range(POSTS)]
    return pd.DataFrame(
        {
            "platform": platforms,
            "post_id": [ids[platform].format(number) for number, platform in enumerate(platforms)],
            "source": "zeeschuimer",
            "author_key": [None if gone else f"{number % 7:032x}" for number, gone in enumerate(removed)],
            "created_at": pd.date_range("2024-01-29T03:00:00Z", periods=POSTS, freq="h"),
            "created_from": ["id", *["record"] * (POSTS - 1)],
            "day": pd.Timestamp("2024-01-29"),
            "text": [None if gone else "Kerja bakti warga, terima kasih @akun [telepon]" for gone in removed],
            "shown": None,
            "hashtags": [[] if gone else ["kerjabakti"] for gone in removed],
            "media_type": ["video", "text", "album", None] * (POSTS // 4),
            "likes": [None, *range(POSTS - 1)],
            "comments": 2,
            "shares": [None, 3, None, None] * (POSTS // 4),
            "views": [900, None, None, None] * (POSTS // 4),
            "state": ["removed" if gone else "live" for gone in removed],
            "observed_at": pd.Timestamp("2024-02-05T00:00:00Z"),
            "sentiment": [None if gone else "neutral" for gone in removed],
            "sentiment_score": [None if gone else 0.25 for gone in removed],
            "label_version": "a1b2c3",
        }
    )


@dataclass(frozen=True)
class Put:
    """Spoils a frame by putting a value into the first rows of a column (of those `where` a column has a value)."""

    column: str
    value: Any
    rows: int = 1
    where: tuple[str, str] | None = None

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        chosen = frame.index if self.where is None else frame.index[frame[self.where[0]] == self.where[1]]
        values = frame[self.column].astype(object)
        values.loc[chosen[: self.rows]] = self.value
        return frame.assign(**{self.column: values})


ALL = POSTS
SPOILED: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "platform_filled": Put("platform", None),
    "post_id_filled": Put("post_id", None),
    "source_filled": Put("source", None),
    "created_at_filled": Put("created_at", None),
    "created_from_filled": Put("created_from", None),
    "day_filled": Put("day", None),
    "observed_at_filled": Put("observed_at", None),
    "state_filled": Put("state", None),
    "label_version_filled": Put("label_version", None),
    "platform_watched": Put("platform", "TikTok"),
    "post_id_of_tiktok": Put("post_id", "7.3e+18"),
    "post_id_of_facebook": Put("post_id", "https://contoh/123", where=("platform", "facebook")),
    "post_id_of_instagram": Put("post_id", "mcl:", where=("platform", "instagram")),
    "author_key_hashed": Put("author_key", "warga_contoh"),
    "author_mostly_known": Put("author_key", None, rows=20),
    "created_at_after_2010": Put("created_at", pd.Timestamp("1970-01-20T16:00:00Z")),
    "created_at_before_observation": Put("created_at", pd.Timestamp("2024-02-06T00:00:01Z")),
    "created_from_known": Put("created_from", "guess"),
    "created_from_id_seldom": Put("created_from", "id", rows=12),
    "text_mostly_known": Put("text", None, rows=12),
    "text_without_email": Put("text", "kirim ke nama.contoh@surat.example ya"),
    "text_without_handle": Put("text", "tanya @warga_contoh saja"),
    "text_without_telephone": Put("text", "hubungi 0812-3456-7890."),
    "text_without_identity_number": Put("text", "NIK 3325010101900001"),
    "text_without_account_number": Put("text", "rekening 123-456-7890"),
    "media_type_known": Put("media_type", "hologram"),
    "state_known": Put("state", "hidden"),
    "tombstone_without_text": Put("text", "masih ada", where=("state", "removed")),
    "tombstone_without_author": Put("author_key", "0" * 32, where=("state", "removed")),
    "likes_not_negative": Put("likes", -1),
    "comments_not_negative": Put("comments", -1),
    "shares_not_negative": Put("shares", -1),
    "views_not_negative": Put("views", -1),
    "likes_plausible": Put("likes", 1_706_000_000),
    "comments_plausible": Put("comments", 1_706_000_000),
    "shares_plausible": Put("shares", 1_706_000_000),
    "views_plausible": Put("views", 7_300_000_000_000_000_000),
    "likes_mostly_known": Put("likes", None, rows=30),
    "sentiment_known": Put("sentiment", "angry"),
    "sentiment_mostly_set": Put("sentiment", None, rows=20),
    "sentiment_score_within_bounds": Put("sentiment_score", 1.5),
    "label_version_single": Put("label_version", "d4e5f6"),
}


def test_every_expectation_has_data_that_trips_it() -> None:
    assert set(SPOILED) == {each.name for each in suite().expectations}


def test_every_expectation_evaluates_and_passes_on_healthy_posts() -> None:
    verdicts = validate(healthy(), suite(), empty_is_valid=False)
    assert {verdict.name: verdict.outcome for verdict in verdicts if verdict.outcome is not Outcome.PASSED} == {}
    assert gate(verdicts) is None


@pytest.mark.parametrize("name", SPOILED)
def test_expectation_notices(name: str, verdict_of: Any) -> None:
    verdict = verdict_of(SPOILED[name](healthy()), suite(), name)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.severity is next(each.severity for each in suite().expectations if each.name == name)


@pytest.mark.parametrize("platform", ["tiktok", "facebook", "instagram"])
@pytest.mark.parametrize("post_id", ["7.3E+18", "1222333/", "12 34567890123456", ""])
def test_damaged_ids_are_no_ids(platform: str, post_id: str, verdict_of: Any) -> None:
    spoiled = Put("post_id", post_id, where=("platform", platform))(healthy())
    assert verdict_of(spoiled, suite(), f"post_id_of_{platform}").failed_rows == 1


def test_what_is_published_is_judged_with_its_hashtags(verdict_of: Any) -> None:
    """A text that is shown without the names in it hides the other; a hashtag is published beside it."""
    hidden = SPOILED["text_without_handle"](healthy()).assign(shown="tanya @akun saja")
    assert verdict_of(hidden, suite(), "text_without_handle").outcome is Outcome.PASSED
    tagged = healthy()
    tagged.at[0, "hashtags"] = ["kerjabakti", "wa0812345678"]
    assert verdict_of(tagged, suite(), "text_without_account_number").failed_rows == 1


def test_verdicts_never_quote_a_text_or_an_author(verdict_of: Any) -> None:
    for name in ("text_without_handle", "text_without_email", "text_without_telephone", "author_key_hashed"):
        assert verdict_of(SPOILED[name](healthy()), suite(), name).observed == "1 / 36"


def test_verdicts_quote_harmless_values(verdict_of: Any) -> None:
    assert (
        verdict_of(SPOILED["media_type_known"](healthy()), suite(), "media_type_known").observed == "1 / 30: hologram"
    )


def test_posts_all_live_leave_the_tombstone_checks_without_anything_to_look_at(verdict_of: Any) -> None:
    live = healthy().query("state == 'live'")
    assert verdict_of(live, suite(), "tombstone_without_text").outcome is Outcome.NOT_APPLICABLE


def test_a_single_unmasked_number_stops() -> None:
    verdicts = validate(SPOILED["text_without_telephone"](healthy()), suite(), empty_is_valid=False)
    assert highest_breach(verdicts) is Severity.STOP
    assert [verdict.name for verdict in verdicts if verdict.is_breach] == ["text_without_telephone"]


def test_suite_reads_only_public_columns_of_base_posts() -> None:
    tables = (sql.FOLDER / "base" / "tables.sql").read_text(encoding="utf-8")
    definition = tables.partition("base.posts (")[2].partition("\n);")[0]
    columns = re.findall(r"^    (\w+) [A-Z]", definition, flags=re.MULTILINE)
    assert set(COLUMNS) <= {column for column in columns if not column.endswith("_pi")}
