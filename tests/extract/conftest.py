"""The platforms' stand-ins with a small season, and a home that watches a part of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.season import write_season
from flows.season.services.posts import Catalogue, read_season
from flows.season.services.serve import Services, serving
from tests.extract.watching import NOW, Watching


@pytest.fixture(scope="session")
def season_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_season(tmp_path_factory.mktemp("season-extracted"), posts=8_000, seed=11).folder


@pytest.fixture(scope="session")
def catalogues(season_folder: Path) -> dict[str, Catalogue]:
    return read_season(season_folder)[0]


@pytest.fixture(scope="session")
def running_services(season_folder: Path) -> Iterator[Services]:
    with serving(season_folder) as services:
        yield services


@pytest.fixture
def services(running_services: Services) -> Services:
    running_services.reset()
    running_services.clock(NOW)
    return running_services


@pytest.fixture
def watching(services: Services, catalogues: dict[str, Catalogue], tmp_path: Path) -> Watching:
    return Watching(services, catalogues, tmp_path / "home")
