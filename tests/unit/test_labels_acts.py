"""Acts by what is done: a frame has to be complete, the model only confirms it, a question mark silences nothing."""

import gzip
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.exits import UsageError
from flows.labels.acts import COMMENTS, FIELD, acts, as_text, measure, section, third_of
from flows.labels.calibration import NEVER, held_to_frame
from flows.labels.cues import Choice, read_cues, read_rules, translate_frame
from flows.labels.indications import find_codes
from flows.labels.labelling import judge
from flows.labels.model import read_model
from flows.labels.reading import mask_contestants

DONE = {
    "money_politics": [
        "wani piro? 50 ewu tak coblos",
        "Sing durung entuk beras monggo mampir, sesuk kudu nyoblos nomor 2 nggih?",
        "Ana sangu 100rb kanggo warga kene, waton milih Bu Karti",
    ],
    "neutrality": ["Kulo lurah mriki, sedoyo perangkat kedah ndukung nomor 3"],
    "facility_misuse": ["Besok kami bagikan stiker Anies di aula balai desa, monggo datang"],
    "prop_damage": ["Baliho nomor 1 wis tak sobek mau bengi, wani apa?"],
    "threat": ["Saksi nomor 2 wani protes, tak bacok sirahmu!"],
    "incitement": ["Ayo bareng2 kepung kantor KPU, rebut kotak suaranya!"],
    "anti_state": ["Pancasila thogut, ganti khilafah sekarang"],
}
TALK = {
    "money_politics": ["Ada yang ditawari 50 ribu supaya coblos nomor 2, miris", "Coblos 02 demi harga sembako murah"],
    "neutrality": ["Perangkat desa tidak boleh mendukung nomor 3", "Coblos nomor 2 demi gaji guru"],
    "facility_misuse": ["Jadwal khotbah masjid besar di kampung kami malam ini", "Bangga siswa SMK juara robotik"],
    "threat": ["Kami siap mati demi NKRI", "Lampu mati dari tadi, awas kabel"],
    "anti_state": ["Merdeka! Indonesia harus semakin maju", "Tolak khilafah, bela Pancasila"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in DONE.items() for text in texts])
def test_an_act_is_flagged(code: str, text: str) -> None:
    (batch,) = judge(pl.Series([text]))
    assert batch.codes[code].flag.tolist() == [True]


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in TALK.items() for text in texts])
def test_talk_about_an_act_is_not(code: str, text: str) -> None:
    (batch,) = judge(pl.Series([text]))
    assert batch.codes[code].flag.tolist() == [False]


def test_what_the_model_or_a_frame_says_alone_is_uncertain() -> None:
    model = read_model()
    place = model.outputs.index("threat")
    scores = np.zeros((3, len(model.outputs)))
    scores[:, place] = [50.0, -50.0, 50.0]
    votes = {"threat": np.array([False, True, True])}
    found = find_codes(model, scores, votes, np.ones(3, dtype=bool))["threat"]
    assert found.flag.tolist() == [False, False, True]
    assert found.is_uncertain.tolist() == [True, True, False]


def test_a_class_that_needs_a_frame_has_no_threshold_of_its_own() -> None:
    how = {"slope": 1.0, "vote": 0.0, "shift": 0.0, "threshold": 0.5, "voted_threshold": 0.4, "uncertain_from": 0.3}
    held = held_to_frame("threat", how)
    assert held["threshold"] == NEVER
    assert held["voted_threshold"] == pytest.approx(0.06)
    assert held_to_frame("insult", how) == how
    assert set(acts()) == set(DONE) <= set(read_cues())


def test_a_frame_holds_all_its_parts_in_any_order() -> None:
    groups = {"goods": Choice("beras|uang", frozenset([" beras ", " uang "]))}
    frame = translate_frame("<goods> & coblos|pilih ~1 _calon_ & ! jangan", groups)
    expression = re.compile(frame.expression)
    assert expression.match(" coblos _calon_ entuk beras ")
    assert expression.match(" beras kanggo sing pilih pak _calon_ ")
    assert not expression.match(" coblos _calon_ wae ")
    assert not expression.match(" jangan pilih _calon_ ada uang ")
    assert len(frame.needs) == 3


def test_a_frame_fits_where_its_expression_does() -> None:
    texts = mask_contestants(
        pl.Series([text for texts in (*DONE.values(), *TALK.values()) for text in texts])
    ).to_list()
    fitted = 0
    for code, cues in read_cues().items():
        rules = [
            rule for rule in read_rules() if rule.code == code and rule.expression.pattern.startswith(("(?=", "(?!"))
        ]
        for frame, rule in zip(cues.frames, rules, strict=True):
            for text in texts:
                fits = all(re.search(part, text) for part in frame.open) and frame.fits(text)
                assert fits == bool(rule.expression.match(text))
                fitted += fits
    assert fitted


def test_the_measures_say_how_many_flags_are_right(tmp_path: Path) -> None:
    for name in (COMMENTS, FIELD):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    with pytest.raises(UsageError, match="is missing"):
        measure(tmp_path)
    with gzip.open(tmp_path / COMMENTS, "wt", encoding="utf-8") as lines:
        lines.write("Selamat pagi\nwani piro? 50 ewu tak coblos\n")
    rows = ["text,weight,indications", "wani piro? 50 ewu tak coblos,2,money_politics", "Selamat pagi,3,"]
    (tmp_path / FIELD).write_text("\n".join(rows) + "\n", encoding="utf-8")
    measured = measure(tmp_path)
    assert measured["comments"]["flagged"] == 1
    assert measured["field"]["precision"] == 1.0
    assert measured["field"]["weight_coded"] == 2.0
    kept = measured["corpus"]["kept_apart"]["flags"]
    assert kept["mean"]["precision"] > 0.8 and kept["mean"]["recall"] > 0.4
    assert "1 of 2 real comments flagged" in as_text(measured)
    assert any(line.startswith("| `threat` |") for line in section(measured))
    assert {third_of(str(n)) for n in range(30)} == {0, 1, 2}
