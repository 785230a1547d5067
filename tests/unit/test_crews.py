"""Who works on the units of a run: what is said where they cannot, what they are told, and who lends them to whom."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows import crews, processes
from flows.exits import UsageError
from flows.loading.relabelling import relabel
from flows.settings import Settings
from flows.store import warehouse


@pytest.mark.parametrize(("runner", "library"), [("dask", "prefect_dask"), ("ray", "prefect_ray")])
def test_a_runner_that_is_not_installed_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runner: Any, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    sentence = rf'task_runner is "{runner}", which is not installed \(.*\); install requirements-cluster\.txt'
    with pytest.raises(UsageError, match=sentence):
        crews.Crew(Settings(home=tmp_path, task_runner=runner)).map(len, [("a",)])


def test_workers_get_no_secret_but_the_key_they_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FACEBOOK_TOKEN", "TIKTOK_CLIENT_SECRET", "AUTHOR_KEY", "NOTIFY"):
        monkeypatch.setenv(f"RONDA_{name}", "rahasia")
    settings = Settings(home=tmp_path)
    assert settings.facebook_token is not None and settings.notify
    bare = settings.without_secrets()
    assert (bare.facebook_token, bare.tiktok_client_secret, bare.author_key, bare.notify) == (None, None, None, ())
    assert bare.home == settings.home
    told = settings.for_workers()
    assert told["RONDA_HOME"] == str(tmp_path)
    assert "rahasia" not in " ".join(told.values())


class Counting:
    """Workers that work here and count the units."""

    is_larger = True

    def __init__(self) -> None:
        self.units = 0

    def map(
        self, work: Callable[..., Any], units: Sequence[tuple[Any, ...]], told: Callable[[int], None] | None = None
    ) -> list[Any]:
        assert told is None
        self.units += len(units)
        return [work(*unit) for unit in units]


def test_workers_are_lent_as_long_as_the_block_lasts() -> None:
    outer, inner = Counting(), Counting()
    assert processes.crew() is None
    with processes.lent_crew(outer):
        with processes.lent_crew(inner):
            assert processes.crew() is inner
        assert processes.crew() is outer
    assert processes.crew() is None


def _label(texts: pl.Series, moments: pl.Series) -> pl.DataFrame:
    row = {"sentiment": "positive", "sentiment_score": 1.0, "topics": ["prices"], "indications": [], "districts": []}
    rows = [row | {"label_version": "2", "class_probability": None, "language": "id"} for _ in texts]
    strings = dict.fromkeys(("topics", "indications", "districts"), pl.List(pl.String))
    return pl.DataFrame(rows, schema_overrides=strings)


def test_a_cluster_labels_anew_what_this_process_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.loading.relabelling._RELABELLED_ROWS", 2)
    labelled = []
    for crew in (None, Counting()):
        connection = warehouse.connect()
        connection.execute(
            "CREATE OR REPLACE TABLE base.posts AS FROM base.posts"
        )  # a case gives the columns it is about
        connection.execute("""
            INSERT INTO base.posts BY NAME
            SELECT 'tiktok' AS platform, 'p' || i AS post_id, 'live' AS state, 'naik' AS text, '1' AS label_version,
                TIMESTAMPTZ '2024-02-05' AS created_at
            FROM range(5) AS r(i)""")
        if crew is None:
            assert relabel(connection, _label, "2") == 5
        else:
            with processes.lent_crew(crew):
                assert relabel(connection, _label, "2") == 5
            assert crew.units == 3
        labelled.append(connection.execute("SELECT post_id, sentiment, topics FROM base.posts ORDER BY 1").fetchall())
        connection.close()
    assert labelled[0] == labelled[1]
    assert {row[1] for row in labelled[0]} == {"positive"}
