"""Compiles the kernel, so that no post waits for it: `python -m flows.labels.compiled`."""

from datetime import UTC, datetime

import polars as pl

from flows.labels import label

label(pl.Series(["selamat pagi"]), pl.Series([datetime(2024, 2, 1, tzinfo=UTC)]))
