"""A hold keeps a post until its last day; a row that nobody can understand stops what would have to obey it."""

from datetime import date
from pathlib import Path

import pytest

from flows.exits import UsageError
from flows.forgetting import erasure, holds

HEADER = "platform,post_id,reason,until\n"
POST = "7331013377777778689"


def write(home: Path, text: str) -> None:
    (home / "holds.csv").write_text(text)


def test_a_hold_lasts_until_its_last_day(tmp_path: Path) -> None:
    assert holds.read(tmp_path, date(2025, 1, 1)) == {}
    write(tmp_path, f"{HEADER}TikTok,{POST},perkara 7/2024,2025-06-30\n")
    assert holds.read(tmp_path, date(2025, 6, 30)) == {("tiktok", POST): "perkara 7/2024"}
    assert holds.read(tmp_path, date(2025, 7, 1)) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("platform,post_id,until\n", "has no column reason"),
        (f"{HEADER}tiktok,{POST},,2025-06-30\n", "line 2 has no reason"),
        (f"{HEADER}tiktok,{POST},perkara,30/06/2025\n", 'until is "30/06/2025" and no day'),
        (f"{HEADER}twitter,{POST},perkara,2025-06-30\n", '"twitter" is no platform'),
        (f"{HEADER}tiktok,7.33E+18,perkara,2025-06-30\n", '"7.33E+18" is no id of a post'),
    ],
)
def test_a_row_that_cannot_be_understood_is_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    write(tmp_path, text)
    with pytest.raises(UsageError, match=r"holds\.csv") as error:
        holds.read(tmp_path, date(2025, 1, 1))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("posts", "author", "platform", "listed", "told"),
    [
        ([], None, None, None, "Nothing was named"),
        (["tiktok"], None, None, None, "--post"),
        ([], None, "tiktok", None, "give --author too"),
        ([], None, None, "platform,id\ntiktok,1\n", "columns platform and post_id"),
        ([], None, None, f"platform,post_id\nmyspace,{POST}\n", "line 2"),
    ],
)
def test_a_request_that_names_nothing_is_a_sentence(  # noqa: PLR0917
    tmp_path: Path, posts: list[str], author: str | None, platform: str | None, listed: str | None, told: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(listed or "")
    with pytest.raises(UsageError) as error:
        erasure.read_request(posts, author, platform, path if listed else None)
    assert told in str(error.value)


def test_a_request_names_posts_and_accounts(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"post_id,platform\n{POST},tiktok\n")
    asked = erasure.read_request(["instagram/C2xyzABCDEF"], "@Warga.Contoh", None, path)
    assert asked.posts == {("tiktok", POST), ("instagram", "C2xyzABCDEF")}
    assert {handle for _, handle in asked.authors} == {"warga.contoh"}
    assert {platform for platform, _ in asked.authors} == {"tiktok", "facebook", "instagram"}
