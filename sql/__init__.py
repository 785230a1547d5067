"""The SQL of ronda as files: seeds, base tables, models and checks."""

from pathlib import Path

FOLDER = Path(__file__).parent
SEEDS = FOLDER / "seeds"
