"""What the repository may hold: no address of a registry, no secret, pins with hashes, nothing beside the top level."""

import csv
import re
import subprocess

import pytest

from tests.conftest import REPOSITORY

TOP_LEVEL = {
    *("pyproject.toml", "flows", "sql", "expectations", "reports", "tests", "README.md", "LICENSE", "CHANGELOG.md"),
    *("requirements.txt", "requirements-clients.txt", "requirements-cluster.txt", ".ci", ".gitignore"),
}


def _tracked() -> list[str]:
    answer = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def test_top_level_is_the_clients() -> None:
    assert {name.split("/")[0] for name in _tracked()} <= TOP_LEVEL


def test_every_row_of_a_table_has_a_cell_for_each_column() -> None:
    tables = [name for name in _tracked() if name.endswith(".csv")]
    assert len(tables) > 50
    for name in tables:
        with (REPOSITORY / name).open(encoding="utf-8", newline="") as lines:
            head, *rows = csv.reader(lines)
        assert [row for row in rows if row and len(row) != len(head)] == [], name


@pytest.mark.parametrize(
    ("name", "least"),
    [("requirements.txt", 50), ("requirements-clients.txt", 3), ("requirements-cluster.txt", 30)],
)
def test_every_pin_has_hashes_and_no_address(name: str, least: int) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=", "    hash="), flags=re.MULTILINE)
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) > least
    for pin in pins:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9, ]+\])?==\S+", pin, flags=re.IGNORECASE), pin[:80]
        assert "--hash=sha256:" in pin, pin[:80]


@pytest.mark.parametrize(
    ("other", "holds"),
    [
        ("requirements-clients.txt", {"researchtikpy", "python-facebook-api", "facebook-business"}),
        ("requirements-cluster.txt", {"prefect-dask", "prefect-ray", "obstore", "moto"}),
    ],
)
def test_the_libraries_beside_them_change_no_pin(other: str, holds: set[str]) -> None:
    names = [
        {
            name.lower()
            for name in re.findall(r"^([A-Za-z0-9._-]+)", (REPOSITORY / file).read_text(), flags=re.MULTILINE)
        }
        for file in ("requirements.txt", other)
    ]
    assert holds <= names[1]
    assert not names[0] & names[1]


def test_the_build_backend_is_the_pinned_one() -> None:
    pinned = re.search(r'requires = \["(setuptools==[\d.]+)"\]', (REPOSITORY / "pyproject.toml").read_text())
    assert pinned
    assert f"\n{pinned[1]} " in (REPOSITORY / "requirements.txt").read_text()


def test_no_download_address_anywhere() -> None:
    forbidden = re.compile(r"https?://[^\s\"')]+\.(whl|tar\.gz|zip)|/simple(/|\")|--(extra-)?index-url")
    paths = [REPOSITORY / name for name in _tracked() if name != "tests/contracts/test_repository.py"]
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in paths if path.is_file()}
    assert [path.name for path, text in texts.items() if forbidden.search(text)] == []


def test_a_pin_with_extras_stands_beside_the_same_pin_without() -> None:
    """Older pip takes only the exact form that another package asks for; both are given."""
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)\[[^\]]+\](==\S+)", text, flags=re.MULTILINE)
    assert pins
    for name, version in pins:
        assert f"\n{name}{version} " in text
