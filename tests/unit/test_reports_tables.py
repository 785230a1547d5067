"""What tables say: a gap is no zero, one phrase is one row, parts that miss their whole are named, lists are apart."""

import io
import json
import re
from datetime import timedelta

import openpyxl
import polars as pl
import pytest
import typst
from pypdf import PdfReader

from flows.method import METHOD
from reports.edition import Language, Tables
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.changes import term_table
from reports.tables.corrections import correction_table
from reports.tables.official import values_text
from reports.tables.review import funnel_table
from reports.tables.table import Column, make_table
from reports.tables.weekly import coverage_table, indication_table, load_table, reject_table
from reports.tables.workbook import workbook
from reports.typeset import ROOT, plain
from reports.weekly.document import printed
from reports.weekly.posts import DETECTED, Flagged, Listing, listings_of, posts_to_review
from reports.weekly.section import Report
from reports.weekly.sections import clocks, evidence
from reports.weekly.sections.evidence import PRINTED_ROWS, Evidence, cut
from reports.wording.glyphs import FONT_FOLDER
from reports.wording.words import DASH, Words
from tests import reports_fixture as invented

BURST = invented.tested.BURST
WORDS = Words("id")


def trends_of(week: str, tables: Tables | None = None) -> Trends:
    edition = invented.edition(week)
    return Trends(Facts(edition, checked_tables(tables or invented.season(week), edition.week)))


def without_measures(week: str, platforms: list[str]) -> Tables:
    """A season whose week was not collected at all on some platforms."""
    tables = dict(invented.season(week, evidence=0))
    frame = tables["trends.weekly_platform"]
    gap = (pl.col("week") == week) & pl.col("platform").is_in(platforms)
    names = [name for name in ("posts", "labelled", "authors", "detected") if name in frame.columns]
    counts = ("entered", "passed", "rejected", "waiting")
    return {
        **tables,
        "trends.funnel": tables["trends.funnel"].with_columns(pl.lit(0).cast(pl.Int64).alias(name) for name in counts),
        "trends.weekly_platform": frame.with_columns(
            pl.when(gap).then(None).otherwise(pl.col(name)).alias(name) for name in names
        ),
    }


def test_a_gap_is_a_dash_and_no_zero() -> None:
    everything = ["all", "tiktok", "facebook", "instagram"]
    trends = trends_of("2024-W04", without_measures("2024-W04", everything))
    assert counts_of_the_funnel(trends) == {DASH}
    posts = {row["platform"]: row["posts"] for row in coverage_table(trends.facts, WORDS).rows}
    assert posts == {"TikTok": DASH, "Facebook": DASH, "Instagram": DASH}


def test_a_week_that_was_seen_keeps_its_zeros() -> None:
    counts = counts_of_the_funnel(trends_of(BURST))
    assert "0" in counts
    assert DASH not in counts


def counts_of_the_funnel(trends: Trends) -> set[str]:
    table = funnel_table(trends, WORDS)
    return {cell for column in table.columns if column.is_number for cell in table.column(column.key)}


def test_a_table_writes_its_cells_by_the_kind_of_their_column_and_leaves_texts_as_they_are() -> None:
    columns = (Column("platform"), Column("posts", "number"), Column("rate", "decimal"), Column("net", "number"))
    row = {"platform": "TikTok", "posts": 1234, "rate": 0.25, "net": "+3,0", "authors": 9}
    table = make_table(WORDS, "volume", columns, [row, dict.fromkeys(row) | {"platform": "Facebook"}])
    assert table.rows == [
        {"platform": "TikTok", "posts": "1.234", "rate": "0,2", "net": "+3,0"},
        {"platform": "Facebook", "posts": DASH, "rate": DASH, "net": DASH},
    ]
    assert [column.heading for column in table.columns] == [WORDS(f"column_{column.key}") for column in columns]
    assert (table.caption, table.note) == (WORDS("table_volume"), "")


def test_parts_are_hidden_within_their_bucket_and_never_the_total() -> None:
    columns = (Column("bucket", "bucket"), Column("platform"), Column("detected", "parts", heading="Jumlah"))
    counts = {"Satu": ("2", 2, 7, 9), "Dua": (6, 5)}  # the first one is a total, given as a text
    rows = [{"bucket": name, "platform": "", "detected": count} for name, each in counts.items() for count in each]
    shown = make_table(WORDS, "detected", columns, rows, caption="Jumlah").column("detected")
    assert shown == ["2", "<5", WORDS("suppressed"), "9", "6", "5"]


def test_classes_are_sorted_within_each_bucket() -> None:
    table = indication_table(trends_of("2024-W06").facts, WORDS)
    by_bucket: dict[str, list[int]] = {}
    for row in table.rows:
        by_bucket.setdefault(row["bucket"], []).append(int(row["posts"].replace(DASH, "0")))
    assert len(by_bucket) == 2
    assert all(counts == sorted(counts, reverse=True) for counts in by_bucket.values())


def test_words_of_one_phrase_are_one_row() -> None:
    tables = dict(invented.season(BURST))
    rows = [
        ("pentas", 15, 4.0, ["tiktok/1", "tiktok/2"]),
        ("seni", 18, 4.5, ["tiktok/2", "tiktok/1"]),
        ("beras", 90, 5.0, ["tiktok/3"]),
    ]
    terms = pl.DataFrame(
        [
            {"week": BURST, "place": place, "term": term, "kind": "word", "posts": posts, "authors": 9}
            | {"expected": expected, "score": 3.0, "examples": examples}
            for place, (term, posts, expected, examples) in enumerate(rows, start=1)
        ]
    )
    tables["trends.emerging_terms"] = invented.whole("trends.emerging_terms", terms)
    found = [list(row.values())[:5] for row in term_table(trends_of(BURST, tables), WORDS).rows]
    assert found == [["pentas, seni", "15–18", "9", "4,0–4,5", "3,0"], ["beras", "90", "9", "5,0", "3,0"]]


def test_official_counts_begin_with_the_whole_and_name_a_sum_that_misses_it() -> None:
    agreeing = {"facebook": 3, "hate": 4, "hoax": 1, "tiktok": 2, "total": 5}
    assert values_text(WORDS, agreeing) == (
        "jumlah 5; menurut jenis: ujaran kebencian 4, hoaks 1; menurut platform: Facebook 3, TikTok 2"
    )
    assert values_text(WORDS, {"sum_of_parts": 3658, "total": 3671}) == (
        "jumlah 3.671; jumlah bagian 3.658, sumber menyebut 3.671: tidak cocok"
    )
    assert values_text(WORDS, {"part_1": 2, "part_2": 2, "registered": 3}).endswith("tidak cocok")
    assert values_text(WORDS, {"other": 7}) == "other 7"


def test_tables_of_all_files_name_their_days_and_their_formats() -> None:
    facts = trends_of(BURST).facts
    for table in (load_table(facts, WORDS), reject_table(facts, WORDS)):
        assert re.search(r"berkas yang masuk .*2024, bukan pekan ini saja", table.caption)
        assert "rekaman peramban (Zeeschuimer)" in table.column("source")


def corrections(weeks: list[str], latest: str) -> Tables:
    """A season with one corrected total for each week of a list, each corrected a day after the one before."""
    tables = dict(invented.season(latest))
    frame = tables["trends.corrections"]
    first = frame.head(1).to_dicts()[0] | {"platform": "all", "key": "", "metric": "posts"}
    days = [first["corrected_at"] + timedelta(days=number) for number in range(len(weeks))]
    rows = [
        first | {"week": week, "publication": f"edisi-{number}", "corrected_at": days[number]}
        for number, week in enumerate(weeks)
    ]
    tables["trends.corrections"] = pl.DataFrame(rows, schema=frame.schema)
    return tables


def test_a_long_list_of_corrections_says_what_it_leaves_out_and_begins_with_the_week() -> None:
    weeks = ["2024-W05"] + ["2023-W40"] * 30 + ["2023-W50"] * 30
    table = correction_table(trends_of("2024-W05", corrections(weeks, "2024-W05")), WORDS)
    assert table.column("index_week")[:2] == ["2024-W05", "2023-W50"]
    assert "Tercantum 20 dari 61 jumlah se-kabupaten" in table.note
    assert [column.heading for column in table.columns[5:7]] == ["Semula", "Menjadi"]


def flagged(number: int, group: str) -> Flagged:
    words = dict.fromkeys(("text", "indications", "topics", "districts", "responses", "why", "limit", "sort_limit"), "")
    return Flagged(platform="TikTok", post_id=str(number), time="", sort_time=f"{number:03d}", groups=[group], **words)


def listing(key: str, count: int) -> Listing:
    return Listing(key, key, str(count), [flagged(number, key) for number in range(count)])


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_sheet_of_posts_to_review_is_in_the_words_of_its_readers(lang: Language) -> None:
    week = "2024-W05"
    edition, words = invented.edition(week, lang), Words(lang)
    facts = Facts(edition, checked_tables(invented.season(week), edition.week))
    book = openpyxl.load_workbook(io.BytesIO(workbook(facts, words, "")), read_only=True)
    head, *rows = list(book[words("sheet_evidence")].iter_rows(values_only=True))
    assert head[:2] == (words("column_platform"), words("column_post_id"))
    assert {words("column_indication"), words("column_district"), words("column_limit")} < set(head)
    assert "_" not in "".join(map(str, head))
    first = dict(zip(head, rows[0], strict=True))
    ours = facts.tables["evidence"].row(0, named=True)
    assert first[words("column_platform")] in {"TikTok", "Facebook", "Instagram"}
    assert first[words("column_stage")] == words(f"stage_{ours['stage']}")
    names = [facts.label("indications", code) for code in ours["indications"]]
    assert first[words("column_indication")] == "; ".join(names)
    about = [cell for row in book[words("sheet_about")].iter_rows(values_only=True) for cell in row]
    assert words("post_links", sheet="2024-W05-1.xlsx") in about and words("column_post_id") in about


def test_readers_learn_in_which_sheet_the_addresses_of_posts_are() -> None:
    trends = trends_of("2024-W05")
    report = Report(trends, WORDS, judge(trends))
    sheets = ("2024-W05-1.xlsx", f"backlog-2024-W05-1-{trends.facts.edition.data_version}.xlsx")
    assert sheets[0] in repr(evidence.blocks(report)[0])
    *_, last = clocks.SECTION.blocks(report)
    assert last.kind == "paragraph" and all(name in repr(last) for name in sheets)


def test_print_shares_its_rows_between_the_signals_and_keeps_the_review_list_first() -> None:
    shown = cut([listing(DETECTED, 12), listing("S1", 30), listing("S2", 4), listing("S3", 30)])
    assert [(each.key, len(each.posts)) for each in shown] == [(DETECTED, 12), ("S1", 22), ("S2", 4), ("S3", 22)]
    assert sum(len(each.posts) for each in shown) == PRINTED_ROWS
    times = [post.sort_time for post in shown[1].posts]
    assert times == sorted(times)
    assert [len(each.posts) for each in cut([listing(DETECTED, 500), listing("S1", 30)])] == [40, 20]
    assert [len(each.posts) for each in cut([listing(DETECTED, 500)])] == [PRINTED_ROWS]


def test_a_post_stands_in_one_list_and_a_signal_has_no_more_than_its_most() -> None:
    tables = dict(invented.season(BURST))
    behind = tables["signal_posts"]
    ours = tables["evidence"].row(0, named=True)
    numbers = range(40)
    many = pl.concat([behind.head(1)] * len(numbers)).with_columns(
        pl.Series("post_id", [ours["post_id"], *(f"9{number}" for number in numbers[1:])]),
        pl.Series("platform", [ours["platform"]] * len(numbers)),
    )
    trends = trends_of(BURST, {**tables, "signal_posts": many})
    posts = posts_to_review(trends, WORDS)
    lists = {each.key: each for each in listings_of(trends, WORDS, posts)}
    assert len({(post.platform, post.post_id) for post in posts}) == len(posts)
    assert len(lists[DETECTED].posts) == tables["evidence"].height
    key = next(signal.key for signal in trends.signals if signal.subject == "flood")
    assert sum(key in post.groups for post in posts) == METHOD.signal_posts
    assert len(lists[key].posts) in {METHOD.signal_posts, METHOD.signal_posts - 1}
    assert lists[key].caption.startswith(f"{key}, Topik")


def test_a_week_without_signals_does_not_speak_of_posts_behind_them() -> None:
    quiet = trends_of("2024-W07")
    assert quiet.signals == []
    assert "perubahan" not in intro_of(quiet)
    burst = trends_of(BURST)
    assert "paling banyak 30 tiap perubahan" in intro_of(burst)


def intro_of(trends: Trends) -> str:
    blocks = evidence.blocks(Report(trends, WORDS, judge(trends)))
    return next(block.intro for block in blocks if isinstance(block, Evidence))


def pages_of(rows: int, before: int) -> list[str]:
    """The pages of a table of rows of one line in two buckets, with a note, that begins so many mm down a page."""
    half = rows // 2
    cells = [
        {"bucket": f"Kurun {1 + (number >= half)}", "platform": f"baris-{number:02d}-", "posts": number}
        for number in range(rows)
    ]
    columns = (Column("bucket", "bucket"), Column("platform"), Column("posts", "number"))
    table = make_table(WORDS, "volume", columns, cells, caption="Judul", note="Catatan.")
    sheet = plain(printed(table), WORDS)
    source = f"""#import "/layout.typ": *
    #set document(title: "uji")
    #set text(lang: "id", font: body-font)
    #set page(paper: "a4", margin: (x: 19mm, y: 20mm))
    #show heading: it => block(sticky: true, it.body)
    = Uji
    #v({before}mm)
    #print-table(data.sheet)"""
    compiler = typst.Compiler(
        source.encode(),
        root=str(ROOT),
        font_paths=[str(FONT_FOLDER)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({"sheet": sheet})},
    )
    pdf = compiler.compile(format="pdf", pdf_standards="ua-1")
    assert isinstance(pdf, bytes)
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("before", range(150, 241, 10))
def test_a_short_table_stays_whole_with_its_title_and_note(before: int) -> None:
    (page,) = [page for page in pages_of(10, before) if "baris" in page]
    assert page.count("baris-") == 10
    assert "Judul" in page
    assert "Catatan." in page


@pytest.mark.parametrize("before", range(0, 241, 12))
def test_a_long_table_keeps_two_rows_and_its_note_together_and_repeats_its_heads(before: int) -> None:
    pages = [page for page in pages_of(90, before) if "baris" in page]
    assert len(pages) > 1
    assert sum(page.count("baris-") for page in pages) == 90
    assert all(page.count("baris-") >= 2 for page in pages)
    assert all("Platform" in page and "Kurun" in page for page in pages)
    assert "Judul" in pages[0]
    assert [("Catatan." in page) for page in pages] == [False] * (len(pages) - 1) + [True]


def test_a_class_that_cannot_occur_in_a_phase_has_no_number_there() -> None:
    table = indication_table(trends_of("2024-W06").facts, WORDS)
    quiet = trends_of("2024-W06").facts.label("indications", "quiet_period")
    rows = [{*row.values()} - {row["bucket"], quiet} for row in table.rows if row["indication"] == quiet]
    assert [row == {DASH} for row in rows] == [True, False]  # the campaign, then the quiet period
