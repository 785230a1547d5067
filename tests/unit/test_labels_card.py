"""The model card speaks of the weight files that are shipped, and names what was never measured."""

from flows.labels import weights as files
from flows.labels.card import CARD, SETS
from flows.labels.corpora import CODED, PUBLIC
from flows.labels.weights import checksum, read_weights
from flows.seeds import read_rows, read_seed

SIZE_LIMIT = 8_000_000
NAMES = (files.OWN_FILE, files.SHARE_ALIKE_FILE)


def test_the_card_is_of_the_shipped_weights() -> None:
    card = CARD.read_text(encoding="utf-8")
    for name in NAMES:
        assert f"`{checksum(files.FOLDER / name)}`" in card, name


def test_the_weights_are_small_and_each_file_carries_its_licence() -> None:
    assert sum((files.FOLDER / name).stat().st_size for name in NAMES) <= SIZE_LIMIT
    own, shared = (read_weights(files.FOLDER / name) for name in NAMES)
    assert own.licence == "MIT"
    assert shared.licence == "CC BY-SA 4.0"
    licences = {corpus.name: corpus.licence for corpus in PUBLIC} | {"own": "MIT"}
    assert {licences[name] for name in own.corpora} <= {"MIT", "Apache-2.0", "MIT and Apache-2.0"}
    attribution = (files.FOLDER / "LICENSES.md").read_text(encoding="utf-8").lower()
    attributed = ("smsa", "nusax", "nusawrites", "indodiscourse", *CODED)
    assert [name for name in attributed if name not in attribution] == []


def test_the_card_says_of_every_test_set_how_often_it_was_looked_at() -> None:
    card = CARD.read_text(encoding="utf-8")
    for row in read_rows(SETS):
        assert row["name_en"][1:] in card
        assert f"looked at {row['looks']} times" in card


def test_the_card_marks_every_class_that_was_never_measured() -> None:
    rows = CARD.read_text(encoding="utf-8").splitlines()
    for row in read_seed("indications"):
        found = [line for line in rows if line.startswith(f"| `{row['code']}`") and line.endswith(("list |", "yes |"))]
        assert all(line.endswith("yes |") == (row["is_measured"] == "true") for line in found), row["code"]
        assert found or row["code"] in ("hoax", "out_of_schedule", "quiet_period"), row["code"]
