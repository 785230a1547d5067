"""How the numbers of computed tables are rounded: the last bits of a sum differ from machine to machine.

Probabilities keep significant digits, since one of 1e-20 is no zero; everything else keeps decimals.
"""

import polars as pl

PROBABILITIES = frozenset({"p", "q"})
DECIMALS = 6
SIGNIFICANT = 9


def significant(probability: float) -> float:
    """A probability with nine significant digits."""
    return float(f"{probability:.{SIGNIFICANT}g}")


def rounded(table: pl.DataFrame) -> pl.DataFrame:
    """A table with its DOUBLE columns rounded, by their names as probabilities or as other numbers."""
    names = [name for name, kind in table.schema.items() if kind == pl.Float64]
    return table.with_columns(
        pl.col(name).round_sig_figs(SIGNIFICANT) if name in PROBABILITIES else pl.col(name).round(DECIMALS)
        for name in names
    )
