"""`ronda init`: the folder of a new regency, and every check of its seeds tripped by data wrong in one place."""

import csv
import re
import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import sql
from flows import cli, initialising, seed_checks
from flows.exits import Exit, UsageError
from flows.labels import label
from flows.periods import read_election
from flows.seed_checks.folder import Seeds
from flows.seeds import read_seed
from flows.settings import load_settings

BURU = sql.FOLDER / "seeds_buru_2024"
SHIPPED = (
    "account_rules",
    "articles",
    "calendar",
    "clocks",
    "fact_checks",
    "indications",
    "official_counts",
)  # so that cases can edit

# Name of the check -> file, what stands there, what a case writes instead, everything that is then said.
CASES: list[tuple[str, str, str, str, list[str]]] = [
    (
        "missing_file",
        *("receivers", "*", ""),
        [
            "receivers.csv is missing: it belongs to the regency, and the one that ronda brings is of Kabupaten "
            "Batang; write it."
        ],
    ),
    (
        "damaged_file",
        *("keywords", "tiktok,keyword,kabupaten buru", 'tiktok,keyword,"kabupaten" buru'),
        ["keywords.csv cannot be read (',' expected after '\"'); save it as CSV with commas, in UTF-8."],
    ),
    (
        "stray_file",
        *("place", "", "code,name\n"),
        ["place.csv is no seed of ronda; correct its name or delete it."],
    ),
    (
        "own_method",
        *("method", "", "name,value,unit,section,cited\nnet_posts,10,posts,§4,\n"),
        ["method.csv is another, but the method is the same everywhere; delete it."],
    ),
    (
        "unknown_column",
        *("topic_terms", "code,patterns\n", "code,patterns,catatan\n"),
        [
            'topic_terms.csv has the unknown column "catatan"; its columns are code, patterns.',
            *(
                f"topic_terms.csv, line {line}: 2 cells under 3 columns; put a cell with a comma in quotation marks."
                for line in (2, 3, 4)
            ),
        ],
    ),
    (
        "missing_column",
        *("accounts", "platform,account,name", "platform,account"),
        ['accounts.csv has no column "name"; add it to the first line.'],
    ),
    (
        "ragged_row",
        *("topic_terms", "kayu putih; minyak kayu putih", "kayu putih, minyak kayu putih"),
        ["topic_terms.csv, line 2: 3 cells under 2 columns; put a cell with a comma in quotation marks."],
    ),
    (
        "empty_file",
        "clocks",
        "*",
        "code,days,kind,starts,ends,law,label_id,label_en,mark\n",
        ["clocks.csv has no row; write at least one."],
    ),
    (
        "empty_cell",
        *(
            "receivers",
            "kesbangpol,Potensi konflik sosial,Potential for social conflict,Kesbangpol",
            "kesbangpol,Potensi konflik sosial,Potential for social conflict,",
        ),
        ['receivers.csv, line 9: the column "first_receiver" is empty; fill it in.'],
    ),
    (
        "template_cell",
        *("receivers", "Polda Maluku", "Polda <provinsi>"),
        ["receivers.csv, line 4: <provinsi> is still the template's; write what it asks for or delete the row."],
    ),
    (
        "repeated_row",
        *("keywords", "tiktok,keyword,kpu buru", "tiktok,keyword,Pemilu Buru"),
        ['keywords.csv, line 5: "tiktok, keyword, pemilu buru" stands there twice; keep one row.'],
    ),
    (
        "repeated_district",
        *("places", "810415,Lilialy", "810415,Namlea"),
        ['places.csv has two districts of the name "Namlea"; keep one.'],
    ),
    (
        "unknown_value",
        *("places", "Waplau,district,distinct", "Waplau,district,khas"),
        ['places.csv, line 5: "khas" is no grade; take one of distinct, shared, common, regency_name.'],
    ),
    (
        "unknown_code",
        *("place_names", "810403,Waenetat", "810499,Waenetat"),
        ['place_names.csv, line 8: the code "810499" is not in places.csv; correct one of the two.'],
    ),
    (
        "missing_fact",
        "election",
        "timezone_label,WIT",
        "timezone_label,",
        ['election.csv has no value for "timezone_label"; fill it in.'],
    ),
    (
        "unknown_fact",
        *("election", "office_short,Diskominfo\n", "office_short,Diskominfo\nprovinsi,Maluku\n"),
        ['election.csv, line 8: "provinsi" is no key of ronda; delete the row.'],
    ),
    (
        "unusable_fact",
        *("election", "embargo_end_hour,17", "embargo_end_hour,17.00"),
        ['election.csv: embargo_end_hour is "17.00"; write a number from 0 to 23.'],
    ),
    (
        "unknown_zone",
        *("election", "Asia/Jayapura", "Asia/Namlea"),
        ['election.csv: "Asia/Namlea" is no time zone; write a name of the time-zone database, Area/City.'],
    ),
    (
        "wrong_zone_label",
        *("election", "Asia/Jayapura", "Asia/Makassar"),
        ['election.csv: the zone Asia/Makassar is called WITA, not "WIT"; correct one of the two.'],
    ),
    (
        "half_renamed",
        *("election", "regency_id,Kabupaten Buru", "regency_id,Kabupaten Batang"),
        [
            'election.csv: regency_id "Kabupaten Batang" is of Kabupaten Batang, but regency_code is another; '
            "correct one of the two."
        ],
    ),
    (
        "unusable_day",
        *("receivers", ",2024-10-20,", ",20 Oktober 2024,"),
        [
            'receivers.csv, line 2: "20 Oktober 2024" in last_day is no day; write it as year-month-day, with leading '
            "zeros."
        ],
    ),
    (
        "reversed_span",
        *("articles", "insult,27A,UU ITE,2024-01-02,,", "insult,27A,UU ITE,2024-01-02,2023-01-02,"),
        ["articles.csv, line 6: 2023-01-02 is before 2024-01-02; swap the days."],
    ),
    (
        "phase_gap",
        *("calendar", "quiet,2024-02-11,", "quiet,2024-02-12,"),
        ["calendar.csv has no phase for the days 2024-02-11; add a row or move an end."],
    ),
    (
        "phase_gap",
        *("calendar", "pre_campaign,,", "pre_campaign,2023-01-01,"),
        ["calendar.csv has no phase for the days before 2023-01-01; add a row or move an end."],
    ),
    (
        "phase_gap",
        *("calendar", "post_election,2024-02-15,,", "post_election,2024-02-18,2024-12-31,"),
        [
            "calendar.csv has no phase for the days from 2024-02-15 to 2024-02-17; add a row or move an end.",
            "calendar.csv has no phase for the days after 2024-12-31; add a row or move an end.",
        ],
    ),
    (
        "phase_overlap",
        *("calendar", "2024-02-11,2024-02-13", "2024-02-10,2024-02-13"),
        ["calendar.csv: the phases campaign and quiet both hold 2024-02-10; move an end."],
    ),
    (
        "unknown_phase",
        *("calendar", "\nquiet,", "\ntenang,"),
        ['indications.csv, line 12: the only_in_phase "quiet" is not in calendar.csv; correct one of the two.']
        + [
            f'calendar.csv: the phase "{phase}" is unknown or missing; the phases are pre_campaign, campaign, quiet, '
            "voting_day, post_election, each at least once."
            for phase in ("tenang", "quiet")
        ],
    ),
    (
        "voting_day_elsewhere",
        *(
            "calendar",
            "2024-02-13,false,false,true,true,true,Masa tenang,Quiet period,UU 7/2017 art. 278\n"
            "voting_day,2024-02-14,2024-02-14",
            "2024-02-14,false,false,true,true,true,Masa tenang,Quiet period,UU 7/2017 art. 278\n"
            "voting_day,2024-02-15,2024-02-15",
        ),
        [
            "calendar.csv: the phases voting_day and post_election both hold 2024-02-15; move an end.",
            'The voting day 2024-02-14 of election.csv lies in the phase "quiet" of calendar.csv, which holds other '
            "days too; move an end.",
        ],
    ),
    (
        "class_without_article",
        *("indications", "prop_damage,", "prop_theft,"),
        [
            'articles.csv, line 35: the code "prop_damage" is not in indications.csv; correct one of the two.',
            'articles.csv has no article for the class "prop_theft"; add one.',
        ],
    ),
    (
        "class_without_receiver",
        *(
            "receivers",
            "person_concerned,Kehormatan (27(3)/27A),Honour (27(3)/27A),yang bersangkutan,,,,",
            "person_concerned,Kehormatan (27(3)/27A),Honour (27(3)/27A),yang bersangkutan,,2024-03-01,,",
        ),
        ['On voting day no office of receivers.csv receives the class "insult"; add one or extend its days.'],
    ),
    (
        "class_without_receiver",
        *("indications", 'bukan ini",person_concerned,', 'bukan ini",,'),
        [
            'indications.csv, line 3: the column "receivers" is empty; fill it in.',
            'On voting day no office of receivers.csv receives the class "insult"; add one or extend its days.',
        ],
    ),
    (
        "unknown_code",
        *("indications", 'bukan ini",person_concerned,', 'bukan ini",korban,'),
        ['indications.csv, line 3: the receivers "korban" is not in receivers.csv; correct one of the two.'],
    ),
    (
        "missing_kind",
        *("place_names", ",Info Buru,account,full,\n,Kabar Buru,account,full,\n", ""),
        ['place_names.csv has no row of the kind "account"; add at least one.'],
    ),
    (
        "missing_clock",
        "clocks",
        "working,7,working,",
        "longer,7,working,",
        ['clocks.csv has no clock "working"; add it.'],
    ),
    (
        "claim_without_source",
        *(
            "fact_checks",
            "claim,url,published_on\n",
            "claim,url,published_on\nsurat suara sudah dicoblos,,2024-01-10\n",
        ),
        [
            'fact_checks.csv, line 2: the claim "surat suara sudah dicoblos" has no web address as its source; add '
            "the url."
        ],
    ),
    (
        "refused",
        *("keywords", ",hashtag,infoburu", ",hashtag,info buru"),
        ['"info buru" cannot be a hashtag to watch; write letters, digits and "_" only.'],
    ),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Complete seeds of another regency, with some of the shipped ones beside them."""
    target = tmp_path / "seeds"
    shutil.copytree(BURU, target)
    for name in SHIPPED:
        shutil.copy(sql.SEEDS / f"{name}.csv", target)
    return target


def change(path: Path, old: str, new: str) -> None:
    """Writes something else into a seed; `*` stands for all of it, and nothing instead of all deletes it."""
    if old == "*" and not new:
        path.unlink()
        return
    text = "" if old in ("", "*") else path.read_text(encoding="utf-8")
    assert old in ("", "*") or text.count(old) == 1, f"{path.name} holds {text.count(old)} x {old!r}"
    path.write_text(new if old in ("", "*") else text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_check_says_what_is_wrong(folder: Path, case: tuple[str, str, str, str, list[str]]) -> None:
    name, file, old, new, said = case
    change(folder / f"{file}.csv", old, new)
    assert initialising.check(folder) == said
    check = next(check for check in (*seed_checks.CHECKS, seed_checks.LAST) if check.name == name)
    found = [check.sentence.format_map(each) for each in check.look(Seeds(folder))]
    assert found and set(found) <= set(said)


def test_every_check_has_a_case() -> None:
    checks = [check.name for check in (*seed_checks.CHECKS, seed_checks.LAST)]
    assert len(set(checks)) == len(checks) > 25
    assert {case[0] for case in CASES} == set(checks)


def test_complete_seeds_are_not_complained_of(folder: Path) -> None:
    assert initialising.check(folder) == []
    assert initialising.check(folder.parent) == []  # the folder that `ronda init` writes


@pytest.mark.parametrize("name", ["seeds", "seeds_pilkada_2024", "seeds_buru_2024"])
def test_the_seeds_of_the_repository_are_complete(name: str) -> None:
    assert initialising.check(sql.FOLDER / name) == []


def test_another_election_needs_its_own_law_calendar_and_contestants(folder: Path) -> None:
    for name in SHIPPED:
        (folder / f"{name}.csv").unlink()
    change(folder / "election.csv", "2024-02-14", "2029-02-14")
    missing = [
        re.match(r"(\w+)\.csv is missing: it belongs to the election", each) for each in initialising.check(folder)
    ]
    names = {"account_rules", "articles", "calendar", "clocks", "contestants", "events", "holidays"}
    assert {match[1] for match in missing if match} == names | {
        "official_counts",
        "official_series",
        "official_sources",
    }
    with pytest.raises(UsageError, match=r"of another election than .* need a calendar\.csv of their own"):
        read_election(folder)


def test_seeds_of_the_same_regency_and_election_may_be_few(tmp_path: Path) -> None:
    shutil.copy(sql.SEEDS / "topics.csv", tmp_path)
    assert read_seed("places", tmp_path) == read_seed("places")
    with pytest.raises(UsageError, match=r"has no election\.csv"):
        initialising.check(tmp_path)


# -- the folder of a new regency -------------------------------------------------------------------------------------


def fill(seeds: Path) -> None:
    """Writes something into every cell of the template."""
    for path in seeds.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
        filled = [
            [
                re.sub("<kode kecamatan>", "630101", re.sub(r"<(?!kode kecamatan)[^<>]+>", f"isian {line}", cell))
                for cell in row
            ]
            for line, row in enumerate(rows)
        ]
        for line, row in enumerate(filled):
            if path.stem == "places" and line:
                row[0] = f"63010{line}"
        with path.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(filled)


def test_a_new_folder_names_what_is_left_to_write_and_works_once_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, said = tmp_path / "tabalong", list[str]()
    initialising.write(home, "kabupaten  Tabalong", "Asia/Makassar", said.append)
    assert "Kabupaten Tabalong" in said[0] and "--check" in said[1]
    problems = initialising.check(home)
    assert problems and all("is still the template's" in problem for problem in problems)
    assert "election.csv, line 5: <kode kabupaten atau kota> is still" in problems[0]
    monkeypatch.setenv("RONDA_HOME", str(home))
    with pytest.raises(UsageError, match=r"still a template \(regency_code\)"):
        _ = load_settings().election

    fill(home / "seeds")
    read_election.cache_clear()
    assert initialising.check(home) == []
    settings = load_settings()
    election = settings.election
    assert (settings.seeds, settings.signing_office) == (home / "seeds", "Diskominfo Kabupaten Tabalong")
    assert (election.regency, election.zone.key, election.zone_label) == ("Kabupaten Tabalong", "Asia/Makassar", "WITA")
    assert election.embargo_end_hour == 16  # 15.00 in the west
    moment = pl.Series([datetime(2024, 2, 1, tzinfo=UTC)], dtype=pl.Datetime("us", "UTC"))
    found = label(pl.Series(["Isian 1, Kab. Tabalong: jalan rusak"]), moment, settings.seeds)
    assert found["districts"].to_list() == [["630101"]]
    guide = (home / "PETUNJUK.md").read_text(encoding="utf-8")
    assert "WITA" in guide and all(f"`{path.name}`" in guide for path in (home / "seeds").glob("*.csv"))
    assert {path.stem for path in (home / "seeds").glob("*.csv")} == {
        seed.name for seed in initialising.regency_seeds()
    }


def test_its_settings_show_every_one_with_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    initialising.write(tmp_path / "a", "Kota Batu", "Asia/Jakarta", lambda _: None)
    path = tmp_path / "a" / "ronda.toml"
    monkeypatch.setenv("RONDA_HOME", str(path.parent))
    plain = load_settings()
    path.write_text(re.sub(r"(?m)^# (?=\[|\w+ = )", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    shown = tomllib.loads(path.read_text(encoding="utf-8"))
    every = load_settings()
    assert shown.keys() >= {"lang", "office", "tiktok_requests_per_day", "watch", "site_port"}
    assert not shown.keys() & {"tiktok_client_secret", "author_key", "notify"}
    for name in shown.keys() - {"watch"}:
        assert (getattr(every, name) or None) == (getattr(plain, name) or None), name
    assert every.watch.model_copy(update={"since": None}) == plain.watch


def test_the_names_of_a_city_are_its_own(tmp_path: Path) -> None:
    initialising.write(tmp_path, "Kota Baru Jaya", "Asia/Jakarta", lambda _: None)
    names = {row["name"] for row in read_seed("place_names", tmp_path / "seeds")}
    assert {"Kota Baru Jaya", "Pemkot Baru Jaya", "Wali Kota Baru Jaya", "kotabarujaya", "infobarujaya"} <= names
    assert not any("Kab" in name for name in names if name not in {"Kabar Baru Jaya"} and "<" not in name)


@pytest.mark.parametrize(
    ("regency", "zone", "sentence"),
    [
        ("Buru", "Asia/Jayapura", '"Buru" does not begin with Kabupaten or Kota; write the full name with its kind.'),
        ("Kabupaten", "Asia/Jayapura", '"Kabupaten" does not begin with Kabupaten or Kota'),
        ("Kabupaten Buru", "WIT", '"WIT" is no time zone; write a name of the time-zone database, Area/City.'),
    ],
)
def test_a_name_or_zone_that_is_none_is_refused(tmp_path: Path, regency: str, zone: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        initialising.write(tmp_path / "new", regency, zone, lambda _: None)
    assert not (tmp_path / "new").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "ronda.toml").write_text('lang = "en"\n')
    with pytest.raises(UsageError, match=r"already has ronda\.toml; give another folder, nothing was written"):
        initialising.write(tmp_path, "Kabupaten Buru", "Asia/Jayapura", lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["ronda.toml"]


def test_templates_have_the_columns_of_the_seeds() -> None:
    templates = sorted(initialising.TEMPLATES.glob("*.csv"))
    assert len(templates) == 5
    for path in templates:
        with path.open(encoding="utf-8") as ours, (sql.SEEDS / path.name).open(encoding="utf-8") as shipped:
            assert next(csv.reader(ours)) == next(csv.reader(shipped)), path.name


def test_the_verb_ends_with_the_code_of_its_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "new"
    assert cli.main(["init", str(new)]) == Exit.USAGE
    assert cli.main(["init", str(new), "--check"]) == Exit.USAGE
    assert cli.main(["init", str(new), "--regency", "Kabupaten Buru", "--zone", "Asia/Jayapura"]) == Exit.DONE
    assert cli.main(["init", str(new), "--check"]) == Exit.REFUSED
    assert "places.csv, line 2: <kode kecamatan> is still the template's" in capsys.readouterr().out
    assert cli.main(["init", str(BURU), "--check"]) == Exit.DONE
    assert "complete and agree with one another" in capsys.readouterr().out
