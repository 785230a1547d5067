"""The review sheets that lie in the home: their rows about posts that are gone keep the decision and nothing else."""

from collections.abc import Callable
from pathlib import Path

from flows.files.workbook import blanked
from flows.settings import Settings
from flows.sources import reviews
from flows.sources.tombstone import Key
from flows.store.files import files_in, write_whole


def blank(settings: Settings, is_gone: Callable[[Key], bool], *, goes_whole: bool = False) -> int:
    """Empties rows of the written workbooks, with `goes_whole` all of a row; gives how many were rewritten."""
    rewritten = 0
    for path in _workbooks(settings.home):

        def left(row: dict[str, str]) -> set[str] | None:
            named = reviews.by_column(row)
            if not is_gone((named.get("platform", ("", ""))[1], named.get("post_id", ("", ""))[1])):
                return None
            kept = () if goes_whole else ("platform", "post_id", *reviews.DECIDED)
            return {heading for column, (heading, _) in named.items() if column in kept}

        content = blanked(path.read_bytes(), reviews.SHEET, left)
        if content is not None:
            write_whole(path, content)
            rewritten += 1
    return rewritten


def _workbooks(home: Path) -> list[Path]:
    return files_in(home / "review", ".xlsx")
