"""The stand-ins of the platforms, as new for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from argon2 import PasswordHasher

from flows.desk import people
from flows.simulation.services.archive import Catalogue
from flows.simulation.services.serve import Services
from tests.platform_walks import Client, Walks
from tests.served import served

LANDED = datetime(2024, 2, 18, 22, tzinfo=UTC)  # the last batch of the season


season_folder, catalogues, running_services = served(posts=12_000, seed=6)


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of a hash is no subject where people log in; `test_desk_tls` and the browser tests pay it."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(people, "_hasher", lambda: quick)


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
