"""Everything imported is declared, everything declared is used, and every pin has somebody who needs it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import REPOSITORY

OWN = {"flows", "expectations", "reports", "sql", "tests"}
TYPES_ONLY = {"_typeshed"}  # lives in the type checker
# tests/benchmarks/plain_script.py runs in a Python that is no part of ronda.
ELSEWHERE = {"sklearn", "scikit-learn"}
# Declared and imported by nobody, with the reason.
NOT_IMPORTED = {
    "fastapi": "a limit for the Prefect server",
    "sqlalchemy": "a limit for the Prefect server",
    "tzdata": "data that zoneinfo reads",
    "pytest-xdist": "named in pytest's options",
    "mypy": "a command",
    "ruff": "a command",
    "moto": "a command of a test",
    "flask": "moto's server needs it",
    "flask-cors": "moto's server needs it",
}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def _named(requirements: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(each.name): each for each in map(Requirement, requirements)}


def _pins(file: str) -> list[tuple[str, str]]:
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==(\S+)", text, re.MULTILINE)
    return [(canonicalize_name(name), version) for name, version in found]


PINS, CLIENT_PINS = _pins("requirements.txt"), _pins("requirements-clients.txt")
CLUSTER_PINS = _pins("requirements-cluster.txt")
RUNTIME = _named(PROJECT["project"]["dependencies"])
TESTS = _named(PROJECT["dependency-groups"]["test"])
LINTERS = _named(PROJECT["dependency-groups"]["lint"])
CLIENTS = _named(PROJECT["dependency-groups"]["clients"])  # a test skips without them
CLUSTER = _named(PROJECT["dependency-groups"]["cluster"])  # a setting asks for them


def _imported(*folders: str) -> set[str]:
    """The distributions that the modules of some folders import."""
    names = set()
    for path in (path for folder in folders for path in (REPOSITORY / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    modules = names - OWN - TYPES_ONLY - sys.stdlib_module_names
    providers = packages_distributions()  # a library that is not installed is taken by its own name
    return {canonicalize_name(providers.get(name, [name])[0]) for name in modules}


def test_the_program_declares_what_it_imports_and_no_more() -> None:
    imported = _imported("flows", "expectations", "reports", "sql")
    assert len(imported) > 20
    assert imported == (RUNTIME.keys() | CLUSTER.keys()) - NOT_IMPORTED.keys()


def test_the_tests_declare_what_they_import_beside_it_and_no_more() -> None:
    imported = _imported("tests") - ELSEWHERE
    assert imported - RUNTIME.keys() - CLIENTS.keys() == TESTS.keys() - NOT_IMPORTED.keys()
    assert not TESTS.keys() & RUNTIME.keys()


def test_what_is_not_imported_is_declared() -> None:
    assert NOT_IMPORTED.keys() <= RUNTIME.keys() | TESTS.keys() | LINTERS.keys() | CLUSTER.keys()


def test_every_declaration_has_a_pin_that_fits() -> None:
    for name, requirement in (RUNTIME | TESTS | LINTERS | CLIENTS | CLUSTER).items():
        pins = CLIENT_PINS if name in CLIENTS else CLUSTER_PINS if name in CLUSTER else PINS
        versions = [version for pin, version in pins if pin == name]
        assert versions, name
        assert all(requirement.specifier.contains(version) for version in versions), name


@cache
def _needs(name: str, extras: frozenset[str]) -> list[Requirement]:
    """What an installed distribution needs, on any system; nothing is known of one for other systems."""
    try:
        needed = [Requirement(each) for each in requires(name) or []]
    except PackageNotFoundError:
        return []
    return [each for each in needed if "extra" not in str(each.marker) or _is_wanted(each, extras)]


def _is_wanted(requirement: Requirement, extras: frozenset[str]) -> bool:
    return requirement.marker is not None and any(requirement.marker.evaluate({"extra": extra}) for extra in extras)


def _reached() -> Iterator[str]:
    backend = _named(PROJECT["build-system"]["requires"])
    waiting = [(name, frozenset[str]()) for name in RUNTIME | TESTS | LINTERS | backend]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        yield name
        new = {(canonicalize_name(each.name), frozenset(each.extras)) for each in _needs(name, extras)} - seen
        seen |= new
        waiting += new


def test_every_pin_is_needed_by_something_declared() -> None:
    assert {name for name, _ in PINS} <= set(_reached())
