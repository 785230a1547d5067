"""Mutated exports: a few in every run, two thousand where there is time; 20,000 from the command line."""

from pathlib import Path

import pytest

from tests.faults import mutated_exports


def faults(tmp_path: Path, count: int, seed: int) -> list[str]:
    said: list[str] = []
    result = mutated_exports.run(count, seed, tmp_path, said.append)
    assert result.mutants == count
    assert result.records["posts"] + result.records["duplicates"] > 0
    assert result.records["rejects"] > 0
    return result.faults


@pytest.mark.slow
def test_mutated_exports_end_in_counted_records_or_a_sentence(tmp_path: Path) -> None:
    assert faults(tmp_path, 2_000, 7) == []
