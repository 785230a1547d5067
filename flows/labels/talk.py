"""Texts that talk about an act and do not perform it: how many of them the labels flag for that act all the same.

They are the hard negatives: they have the words of the act. People coded which act each speaks of (`mentions`) and what
it does with it (`role`: alleges, condemns, reports, asks, jokes, refuses; `-` where nobody said).
"""

from pathlib import Path
from typing import Any

import polars as pl

import sql
from flows.labels.corpora import read_labelled
from flows.labels.evaluation import predict
from flows.labels.indications import CALL_TO_VOTE

CODED = "annotated/licensed-coded.csv"
EVERY, UNSAID = "every role", "-"
UNLEARNED = "not learned from"  # of sources that no weight was trained on


def measure(folder: Path, seeds: Path = sql.SEEDS) -> dict[str, Any] | None:
    """Class -> role, `EVERY` or `UNLEARNED` -> texts, and how many are flagged as it; None where the folder has none.

    Only texts that people say are none of the class; a text that speaks of several acts counts for each.
    """
    if not (folder / CODED).is_file():
        return None
    coded = read_labelled(folder / CODED)
    flags = predict(coded["text"], seeds).flags
    frame = coded.with_row_index("place").select(
        "place",
        pl.col("mentions").fill_null("").str.split(";").alias("code"),
        pl.col("indications").fill_null("").str.split(";").alias("acts"),
        pl.col("role").fill_null(UNSAID).replace("", UNSAID).alias("role"),
        (pl.col("may_ship") == "no").alias("unlearned"),
    )
    found: dict[str, Any] = {}
    spoken = frame.explode("code").filter(pl.col("code").is_in(list(flags)), pl.col("code") != CALL_TO_VOTE)
    spoken = spoken.filter(~pl.col("acts").list.contains(pl.col("code"))).sort("code", "role")
    for place, code, _, role, is_unlearned in spoken.iter_rows():
        for name in (EVERY, role, *([UNLEARNED] if is_unlearned else [])):
            cell = found.setdefault(code, {}).setdefault(name, {"texts": 0, "flagged": 0})
            cell["texts"] += 1
            cell["flagged"] += int(flags[code][place])
    return found


def as_text(measured: dict[str, Any] | None) -> str:
    """The measures in lines for a reader."""
    if measured is None:
        return f"talk about acts: not measured, the folder has no {CODED}"
    lines = ["talk about acts, by texts that are none of the class: flagged as it all the same"]
    for code, roles in measured.items():
        told = ", ".join(f"{role} {cell['flagged']} of {cell['texts']}" for role, cell in roles.items())
        lines.append(f"  {code:16} {told}")
    return "\n".join(lines)


def section(measured: dict[str, Any] | None) -> list[str]:
    """The measures as a section of the model card; nothing where they were not measured."""
    if measured is None:
        return []
    heads = [EVERY, UNLEARNED]
    roles = [*heads, *sorted({role for cells in measured.values() for role in cells}.difference(heads))]
    rows = [
        f"| `{code}` | " + " | ".join(_cell(cells.get(role)) for role in roles) + " |"
        for code, cells in measured.items()
    ]
    return [
        "## Talk about an act, flagged as the act",
        "",
        "Real posts that speak of an act and perform none, by what they do with it, as people coded them: so many "
        "are flagged for that act all the same. `-`: nobody said what it does with it. Weights learned from most "
        "of these posts; those of other sources are counted apart.",
        "",
        f"| class | {' | '.join(roles)} |",
        "|---" * (len(roles) + 1) + "|",
        *rows,
        "",
    ]


def _cell(cell: dict[str, int] | None) -> str:
    return "" if cell is None else f"{cell['flagged']} of {cell['texts']}"
