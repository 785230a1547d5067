"""A home that watches a part of the season the stand-ins serve."""

from pathlib import Path

import pytest

from flows.simulation.services.archive import Catalogue
from flows.simulation.services.serve import Services
from tests.extract.watching import NOW, Watching
from tests.served import served

season_folder, catalogues, running_services = served(posts=8_000, seed=11)


@pytest.fixture
def services(running_services: Services) -> Services:
    running_services.reset()
    running_services.clock(NOW)
    return running_services


@pytest.fixture
def watching(services: Services, catalogues: dict[str, Catalogue], tmp_path: Path) -> Watching:
    return Watching(services, catalogues, tmp_path / "home")
