"""The page's own layout: what stands over rows, what is not broken over lines, how wide columns are."""

from dataclasses import replace

import pytest

from reports.tables.table import Column, Table
from reports.weekly.document import printed
from reports.weekly.grid import grid
from reports.weekly.page import held

BUCKET, PLATFORM = Column("bucket", "bucket", heading="Kurun"), Column("platform", heading="Platform")
SHEETS = ("2024-W06-1.xlsx", "backlog-2024-W06-1-e509c51b78de.xlsx")
COUNT = Column("posts", "number", heading="Jumlah")


def table(*rows: list[str], columns: tuple[Column, ...] = (BUCKET, PLATFORM, COUNT)) -> Table:
    cells = [{column.key: cell for column, cell in zip(columns, row, strict=True)} for row in rows]
    return Table("volume", "Unggahan", columns, cells)


def test_the_name_of_a_bucket_stands_once_over_its_rows() -> None:
    drawn = grid(table(["Kampanye", "TikTok", "7"], ["Kampanye", "Facebook", "5"], ["Tenang", "TikTok", "0"]))
    assert [column.name for column in drawn.columns] == ["Platform", "Jumlah"]
    assert drawn.groups == [("Kampanye", [["TikTok", "7"], ["Facebook", "5"]]), ("Tenang", [["TikTok", "0"]])]


def test_a_later_bucket_column_stands_over_the_rows_only_where_it_says_the_same_in_all() -> None:
    turned = (PLATFORM, BUCKET, COUNT)
    same = grid(table(["TikTok", "Tenang", "7"], ["Facebook", "Tenang", "5"], columns=turned))
    other = grid(table(["TikTok", "Tenang", "7"], ["Facebook", "Kampanye", "5"], columns=turned))
    assert [name for name, _ in same.groups] == ["Tenang"]
    assert [column.name for column in other.columns] == ["Platform", "Kurun", "Jumlah"]


def test_a_table_without_rows_has_no_groups() -> None:
    assert grid(table()).groups == []


def test_a_column_of_dashes_is_not_drawn_but_for_the_first() -> None:
    columns = (Column("phase", share=3.0), replace(PLATFORM, share=2.0), replace(COUNT, share=1.0))
    whole = table(["–", "–", "7"], ["–", "–", "–"], columns=columns)
    page, paper = grid(whole), printed(whole)
    assert [column.share for column in page.columns] == [75, 25]
    assert page.groups == paper.groups == [("", [["–", "7"], ["–", "–"]])]
    assert [column.heading for column in paper.columns] == [column.name for column in page.columns]
    assert len(grid(table(columns=columns)).columns) == 3


@pytest.mark.parametrize(
    "token", ["2024-W07-1", "2023-W46", "2024-02-12", "H-44", "hari-H", "7/hari", "5–11", "5–11 Feb 2024", *SHEETS]
)
def test_a_token_is_not_broken_over_two_lines(token: str) -> None:
    assert held(f"pada ({token}).") == f'pada (<span class="held">{token}</span>).'


def test_a_per_cent_stays_with_its_number_and_text_is_escaped() -> None:
    assert held("95 % <b>") == "95\u00a0% &lt;b&gt;"
    assert held("RT-04 anti-hoaks") == "RT-04 anti-hoaks"
