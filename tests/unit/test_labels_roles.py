"""The patterns of roles: what a linguist writes in `roles.csv`, and what the matcher does with it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.exits import UsageError
from flows.labels.compiled.batch import READ, run_loop
from flows.labels.roles import (
    BEGIN,
    FILE,
    NUMBER,
    RULES,
    STEP_COLUMNS,
    STEP_LEAST,
    STEP_MOST,
    STEP_ROLE,
    STEPS,
    read_roles,
)
from flows.labels.tables import read_tables
from flows.labels.text import as_series, buffers


def roles_of(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "roles.csv"
    path.write_text("\n".join(["code,kind,pattern,note", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("contestant,pattern,<nobody>,", "has no words"),
        ("contestant,pattern,<number>??,", "no pattern of roles"),
        ("contestant,pattern,number,", "no pattern of roles"),
        ("contestant,pattern,<number> (<year>),", "no pattern of roles"),
        ("contestant,pattern,<number>? <year>*,", "where nothing stands"),
        ("contestant,pattern,(<year>),", "where nothing stands"),
        (f"contestant,pattern,{' '.join(['<number>'] * 7)},", "no pattern of roles"),
        ("contestants,pattern,<number>,", "unknown kind"),
        ("contestant,word,<number>,", "unknown kind"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, rule: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_roles(roles_of(tmp_path, rule))


def test_a_role_that_a_pattern_names_takes_a_bit_of_its_own(tmp_path: Path) -> None:
    roles = read_roles(
        roles_of(tmp_path, "post,words,rt|rw,", "idle,words,a|b+c,", "address,pattern,(<post>) <number> <year>*,")
    )
    assert roles.words == {"post": ("rt", "rw"), "idle": ("a", "b c")}
    assert "idle" not in roles.bits
    assert len(set(roles.bits.values())) == len(roles.bits)
    begin, only = roles.patterns["address"]
    assert begin[BEGIN] == NUMBER == only[STEPS + STEP_ROLE]
    second = STEPS + STEP_COLUMNS
    assert (only[STEPS + STEP_LEAST], only[second + STEP_LEAST], only[second + STEP_MOST]) == (1, 0, 64)


def test_every_shipped_rule_has_patterns_and_every_role_words() -> None:
    roles = read_roles()
    assert all(len(roles.patterns[rule]) > 1 for rule in RULES)
    assert all(words and all(words) for words in roles.words.values())
    assert FILE.is_file()


@pytest.mark.parametrize(
    ("pattern", "masked"),
    [
        ("<year>", " rt 2 3 _calon_ "),
        ("<short_number> <short_number>", " rt _calon_ 2024 "),
        ("<short_number>* <year>", " rt _calon_ "),
        ("<short_number>? <year>", " rt 2 _calon_ "),
        ("(<fingers>) <number>", " rt 2 3 2024 "),
    ],
)
def test_a_pattern_takes_what_it_says(tmp_path: Path, pattern: str, masked: str) -> None:
    rule = read_roles(roles_of(tmp_path, f"contestant,pattern,{pattern},")).patterns["contestant"]
    nothing = rule[:1] * 0
    tables = read_tables()._replace(contestants=np.ascontiguousarray(rule), addresses=nothing)
    typed = buffers(pl.Series(["rt 2 3 2024"]))
    output = run_loop(READ, typed.data, typed.offsets, tables)
    assert as_series(output.masked, output.masked_ends).to_list() == [masked]
