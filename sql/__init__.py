"""The SQL of ronda as files: seeds, base tables, models, checks, and what analysts get beside the tables."""

from pathlib import Path

FOLDER = Path(__file__).parent
SEEDS = FOLDER / "seeds"
FUNCTIONS = FOLDER / "analysts" / "functions.sql"
RECIPES = FOLDER / "analysts" / "recipes.sql"
