"""The stand-ins of the platforms, started once for all unit tests and as new for each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from flows.season import write_season
from flows.season.services.posts import Catalogue, read_season
from flows.season.services.serve import Services, serving
from tests.platform_walks import Client, Walks

LANDED = datetime(2024, 2, 18, 22, tzinfo=UTC)  # the last batch of the season


@pytest.fixture(scope="session")
def season_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_season(tmp_path_factory.mktemp("season-served"), posts=12_000, seed=6).folder


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
    running_services.clock(LANDED)
    return running_services


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as opened:
        yield opened


@pytest.fixture
def client(services: Services, http: httpx.Client) -> Client:
    return Client(services, http)


@pytest.fixture
def walks(client: Client, catalogues: dict[str, Catalogue]) -> Walks:
    return Walks(client, catalogues)
