"""Tables that are kept for the next process: made once, and anew where what was kept cannot be read."""

from pathlib import Path

import numpy as np
import pytest

from flows.labels.compiled.batch import no_tables
from flows.labels.compiled.letters import packed_letters
from flows.labels.keeping import Arrays, kept_arrays


def make() -> Arrays:
    return {"numbers": np.arange(3), "words": np.frombuffer(b"halo", np.uint8)}


def refuse() -> Arrays:
    raise AssertionError("It was kept.")


def same(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_what_was_made_once_is_read_afterwards(tmp_path: Path) -> None:
    assert same(kept_arrays(tmp_path, "table", "seeds 1", make), make())
    assert same(kept_arrays(tmp_path, "table", "seeds 1", refuse), make())


def test_what_depends_on_something_else_is_made_anew(tmp_path: Path) -> None:
    kept_arrays(tmp_path, "table", "seeds 1", make)
    with pytest.raises(AssertionError, match="It was kept"):
        kept_arrays(tmp_path, "table", "seeds 2", refuse)


@pytest.mark.parametrize("content", [b"", b"PK", b"no table at all"])
def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    kept_arrays(tmp_path, "table", "", make)
    (path,) = tmp_path.iterdir()
    for broken in (content, path.read_bytes()[:-30]):
        path.write_bytes(broken)
        assert same(kept_arrays(tmp_path, "table", "", make), make())
        assert same(kept_arrays(tmp_path, "table", "", refuse), make())


def test_no_more_than_eight_of_a_table_are_kept(tmp_path: Path) -> None:
    for number in range(10):
        kept_arrays(tmp_path, "table", f"seeds {number}", make)
    assert len(list(tmp_path.iterdir())) == 8


def test_without_a_folder_that_can_be_written_everything_is_made(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "missing"):
        assert same(kept_arrays(folder, "table", "", make), make())


def test_the_letters_of_the_kernel_are_those_of_the_unicode_data() -> None:
    assert np.array_equal(no_tables().letters, packed_letters())
