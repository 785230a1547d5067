"""What the database may hold in memory: no more than a run of ten million posts has beside it."""

import pytest

from flows.store import warehouse

_GIVEN = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"


def test_the_database_leaves_memory_to_others() -> None:
    connection = warehouse.connect()
    (limit,) = connection.execute(_GIVEN).fetchall()[0]
    assert 0 < limit <= 4_000_000_000


@pytest.mark.parametrize("smaller", ["1GB", "300MB"])
def test_a_smaller_machine_keeps_its_own_limit(smaller: str) -> None:
    connection = warehouse.connect()
    connection.execute(f"SET memory_limit = '{smaller}'")
    before = connection.execute(_GIVEN).fetchall()
    warehouse._prepare(connection, read_only=True)
    assert connection.execute(_GIVEN).fetchall() == before
