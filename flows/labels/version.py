"""The version of the labels: a short name of everything that decides them, read without any of it being loaded.

`ronda status` asks for it, and has no time for the libraries that label.
"""

import hashlib
from functools import cache
from pathlib import Path

import sql
from flows.exits import UsageError
from flows.periods import phase_classes, read_election
from flows.seeds import read_seed, seed_path

FOLDER = Path(__file__).parent / "weights"
OWN_FILE = "own.weights"  # MIT: indications and sentiment
SHARE_ALIKE_FILE = "sharealike.weights"  # CC BY-SA 4.0: sentiment, trained on public data under that licence
DIGEST_SIZE = 32  # bytes, at the end of a weight file

RULES = "labels-5"  # raise it with every change of rules; seeds, weights and tables tell by themselves
TABLES_READ = ("learned_classes.csv", "roles.csv")  # of this folder
# Read whole; of the election, its calendar and the indications see `_read_in_part`.
SEEDS_READ = (
    *("contestants", "cues", "fact_checks", "function_words", "lexicon", "peoples", "place_names", "places"),
    *("topic_terms", "topics"),
)


def folder_of(seeds: Path) -> Path:
    """Where the weights for a folder of seeds lie: its own subfolder `weights`, if it has one, else ronda's."""
    return seeds / "weights" if (seeds / "weights" / OWN_FILE).is_file() else FOLDER


def checksum(path: Path) -> str:
    """The first sixteen letters of a weight file's own SHA-256, its version; UsageError when it is missing."""
    if not path.is_file():
        raise UsageError(f"The weight file {path} is missing; restore it or train one with `ronda label train`.")
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - DIGEST_SIZE))
        return stream.read().hex()[:16]


def weights_version(folder: Path = FOLDER) -> str:
    """The version of the weight files of a folder."""
    share_alike = folder / SHARE_ALIKE_FILE
    return checksum(folder / OWN_FILE)[:8] + (checksum(share_alike)[:8] if share_alike.is_file() else "")


@cache
def label_version(seeds: Path = sql.SEEDS, weights: Path | None = None) -> str:
    """A short name of rules, tables, seeds and weights (`labels-5-1a2b3c4d`): another breaks every labelled series."""
    digest = hashlib.sha256(weights_version(weights or folder_of(seeds)).encode())
    for name in SEEDS_READ:
        digest.update(f"{name}\n{seed_path(name, seeds).read_text(encoding='utf-8')}\n".encode())
    for table in TABLES_READ:
        digest.update(f"{table}\n{Path(__file__).with_name(table).read_text(encoding='utf-8')}\n".encode())
    digest.update(_read_in_part(seeds).encode())
    return f"{RULES}-{digest.hexdigest()[:8]}"


def _read_in_part(seeds: Path) -> str:
    """What labels depend on of seeds that say more: who receives a class or which day has a note breaks no series."""
    election = read_election(seeds)
    phases = [(phase.name, str(phase.first_day), str(phase.last_day)) for phase in election.phases]
    codes = [row["code"] for row in read_seed("indications", seeds)]
    return "\n".join(map(str, (election.zone.key, phases, codes, dict(phase_classes(seeds)))))
