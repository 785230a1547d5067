"""The fixtures of a season that the platforms' stand-ins serve; which season suits depends on the tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.simulation import write_season
from flows.simulation.services.archive import Catalogue, read_season
from flows.simulation.services.serve import Services, serving


def served(posts: int, seed: int = 20240214) -> tuple[Any, Any, Any]:
    """The fixtures `season_folder`, `catalogues` and `running_services` of a conftest, for a season of its own.

    The stand-ins are started once; whoever uses them resets them and sets their clock.
    """

    @pytest.fixture(scope="session")
    def season_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
        return write_season(tmp_path_factory.mktemp("season-served"), posts=posts, seed=seed).folder

    @pytest.fixture(scope="session")
    def catalogues(season_folder: Path) -> dict[str, Catalogue]:
        return read_season(season_folder)[0]

    @pytest.fixture(scope="session")
    def running_services(season_folder: Path) -> Iterator[Services]:
        with serving(season_folder) as services:
            yield services

    return season_folder, catalogues, running_services
