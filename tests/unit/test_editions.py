"""What a week was rendered from is kept whole, and without what was taken out of it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import reports
from flows.exits import LedgerDamagedError
from flows.forgetting import search
from flows.periods import Week
from flows.publishing import editions
from flows.publishing.state import code_version
from flows.settings import Settings

WEEK = Week.parse("2024-W05")


def test_an_edition_comes_back_as_it_was(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    frames = {
        "evidence": pl.DataFrame({"post_id": ["1"], "text": [None], "topics": [["jalan", "air"]]}),
        "trends.weekly_platform": pl.DataFrame(
            {
                "week": ["2024-W05"],
                "first_day": [date(2024, 1, 29)],
                "net": [0.1],
                "at": [datetime(2024, 2, 5, tzinfo=UTC)],
            }
        ),
    }
    edition = reports.Edition(
        WEEK, datetime(2024, 2, 5, tzinfo=UTC), "en", settings.election, "Kantor", 3, "l1", "d1", code_version()
    )
    editions.keep(tmp_path, str(WEEK), edition, frames)
    editions.keep(tmp_path, str(WEEK), edition, frames)
    known = editions.read(settings, str(WEEK))
    assert known is not None
    assert known[0] == edition
    assert {name: frame.schema for name, frame in known[1].items()} == {
        name: each.schema for name, each in frames.items()
    }
    assert all(frame.equals(frames[name]) for name, frame in known[1].items())
    assert editions.read(settings, "2024-W06") is None


def test_rows_that_were_filtered_out_are_in_no_byte_of_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    texts = [f"a text that is longer than a view holds, number {number}" for number in range(50)]
    edition = reports.Edition(
        WEEK, datetime(2024, 2, 5, tzinfo=UTC), "en", settings.election, "Kantor", 1, "l1", "d1", code_version()
    )
    editions.keep(tmp_path, str(WEEK), edition, {"evidence": pl.DataFrame({"text": texts})})
    known = editions.read(settings, str(WEEK))
    assert known is not None
    editions.keep(tmp_path, str(WEEK), edition, {"evidence": known[1]["evidence"].filter(pl.col("text") != texts[7])})
    assert search.find(tmp_path, {texts[7]}) == {}
    assert search.find(tmp_path, {texts[8]}) == {"editions/2024-W05/evidence.arrow": [texts[8]]}


@pytest.mark.parametrize("name", ["edition.json", "evidence.arrow"])
@pytest.mark.parametrize("change", [lambda content: content.replace(b"5", b"6"), lambda _: b""])
def test_an_edition_that_was_changed_is_neither_rendered_nor_called_whole(
    tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    settings = Settings(home=tmp_path)
    edition = reports.Edition(
        WEEK, datetime(2024, 2, 5, tzinfo=UTC), "en", settings.election, "Kantor", 5, "l1", "d1", code_version()
    )
    editions.keep(tmp_path, "2024-W05", edition, {"evidence": pl.DataFrame({"text": ["5 posts"]})})
    assert editions.damages(tmp_path, reads_data=True) == {}
    path = tmp_path / "editions" / "2024-W05" / name
    path.write_bytes(change(path.read_bytes()))
    assert list(editions.damages(tmp_path, reads_data=True)) == [path.parent]
    assert bool(editions.damages(tmp_path, reads_data=False)) == (name == "edition.json")
    with pytest.raises(LedgerDamagedError, match=r"ronda check --repair"):
        editions.read(settings, "2024-W05")


def test_an_edition_of_the_last_version_is_read_without_proof(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    edition = reports.Edition(
        WEEK, datetime(2024, 2, 5, tzinfo=UTC), "en", settings.election, "Kantor", 5, "l1", "d1", code_version()
    )
    editions.keep(tmp_path, "2024-W05", edition, {"evidence": pl.DataFrame({"text": ["5 posts"]})})
    path = tmp_path / "editions" / "2024-W05" / "edition.json"
    facts = json.loads(path.read_bytes())
    path.write_text(json.dumps({name: value for name, value in facts.items() if name not in ("frames", "digest")}))
    known = editions.read(settings, "2024-W05")
    assert known is not None and known[0] == edition
    assert editions.damages(tmp_path, reads_data=True) == {}
