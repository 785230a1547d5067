"""Sections of the weekly report: each describes itself, and page and print set every kind of block they are made of."""

import re
from dataclasses import replace

import polars as pl
import pytest

from reports.edition import Edition, Tables
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.table import Column, Table
from reports.typeset import ROOT
from reports.weekly import content
from reports.weekly.blocks import Block, Bullets, Definitions, Either, Folded, Heading, Paragraph, Sheet, Together
from reports.weekly.content import SECTIONS, Content, weekly_content
from reports.weekly.document import data_of, weekly_document
from reports.weekly.page import weekly_page
from reports.weekly.section import Report, Section
from reports.weekly.sections import declaration
from reports.wording.words import Words
from tests import reports_fixture as invented
from tests.unit.test_reports_render import pdf_pages

WORDS = Words("id")
TABLE = Table("volume", "Judul", (Column("name", heading="Nama"),), [{"name": "Satu"}], note="Catatan.")


@pytest.fixture(scope="module")
def report() -> Report:
    edition = invented.edition("2024-W05")
    trends = Trends(Facts(edition, checked_tables(invented.season("2024-W05"), edition.week)))
    return Report(trends, WORDS, judge(trends))


def kinds_of(blocks: list[Block]) -> set[str]:
    return {block.kind for block in blocks} | {
        kind for block in blocks if isinstance(block, Together) for kind in kinds_of(list(block.blocks))
    }


def test_a_section_that_is_named_in_the_list_is_on_the_page_in_print_and_among_the_contents(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocks(report: Report) -> list[Block]:
        return [
            Paragraph(f"Unggahan: {report.facts.total('posts')}.", sticky=True),
            Heading("Anak judul"),
            Bullets(["butir pertama"]),
            Definitions([("nama", "nilainya"), ("lain", "nilai lain")]),
            Sheet(TABLE, ["sesudah tabel"]),
            Either(replace(TABLE, rows=[]), "tanpa baris"),
            Folded(TABLE),
            Together([Paragraph("hanya cetak", on="print"), Paragraph("hanya layar", on="page")]),
        ]

    monkeypatch.setattr(content, "SECTIONS", (Section("quality", blocks),))
    made = weekly_content(report)
    page = weekly_page(made, WORDS, "Sumber.")
    assert re.findall(r'<li><a href="#(\w+)">([^<]+)</a>', page) == [("quality", "Mutu")]
    assert '<section id="quality" aria-labelledby="h-quality">\n  <h2 id="h-quality">Mutu</h2>' in page
    body = re.sub(r"<[^>]+>", " ", page.split("<main>")[1])
    texts = pdf_pages(weekly_document(made, WORDS, report.facts.edition.local))
    for text in ("Mutu", f"Unggahan: {report.facts.total('posts')}.", "Anak judul", "butir pertama", "nilainya"):
        assert text in body and text in texts
    for text in ("Nama", "Satu", "Catatan.", "sesudah tabel", "tanpa baris"):
        assert text in body and text in texts
    assert ("hanya layar" in body, "hanya cetak" in body) == (True, False)
    assert ("hanya layar" in texts, "hanya cetak" in texts) == (False, True)
    assert ("<details>" in page, texts.count("Judul")) == (True, 1)


def test_every_section_has_a_heading_of_its_own_and_blocks(report: Report) -> None:
    made: Content = weekly_content(report)
    assert [section.name for section in made.sections] == [section.name for section in SECTIONS]
    assert len({section.heading for section in made.sections}) == len(SECTIONS)
    assert all(section.blocks for section in made.sections)


def test_page_and_print_know_every_kind_of_block(report: Report) -> None:
    blocks = [block for section in weekly_content(report).sections for block in section.blocks]
    macros = set(re.findall(r"macro (\w+)\(block\)", (ROOT / "weekly" / "blocks.html.j2").read_text()))
    listed = (ROOT / "weekly" / "blocks.typ").read_text().split("let kinds = (")[1]
    functions = set(re.findall(r"^    (\w+): ", listed, flags=re.MULTILINE))
    assert kinds_of([block for block in blocks if block.on != "print"]) <= macros
    assert kinds_of([block for block in blocks if block.on != "page"]) <= functions
    assert macros | functions == kinds_of(blocks)  # none that no section uses


def test_print_gets_no_block_of_the_page_and_tables_as_they_are_set() -> None:
    given = data_of([Folded(TABLE), Sheet(TABLE), Together([Paragraph("layar", on="page"), Paragraph("cetak")])])
    assert [block["kind"] for block in given] == ["sheet", "together"]
    assert given[0]["table"]["columns"] == [{"heading": "Nama", "number": False, "width": 0.0}]
    assert [block["text"] for block in given[1]["blocks"]] == ["cetak"]


def test_a_file_that_was_set_aside_is_named_where_the_data_are_declared() -> None:
    edition = invented.edition("2024-W05")
    tables = invented.season("2024-W05")
    none = declaration.blocks(_report(edition, tables))
    names = [f"berkas-{number}.csv" for number in range(7)]
    aside = invented.whole("core.set_aside", pl.DataFrame({"file": names, "file_id": names}))
    some = declaration.blocks(_report(edition, tables | {"core.set_aside": aside}))
    (before,), (after,) = none, some
    assert isinstance(before, Definitions) and isinstance(after, Definitions)
    assert "Berkas yang disisihkan" not in dict(before.rows)
    said = dict(after.rows)["Berkas yang disisihkan"]
    assert said.startswith("7 berkas tidak dapat dimuat") and "berkas-4.csv dan 2 lainnya" in said
    assert len(after.rows) == len(before.rows) + 1


def _report(edition: Edition, tables: Tables) -> Report:
    trends = Trends(Facts(edition, checked_tables(tables, edition.week)))
    return Report(trends, WORDS, judge(trends))
