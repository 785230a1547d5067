"""How the checks are tested: spoil a healthy frame in one way, and look at the one verdict that must notice."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from expectations.run import Verdict, library, validate
from expectations.suite import Suite

VerdictOf = Callable[[pd.DataFrame, Suite, str], Verdict]


@pytest.fixture(scope="session")
def verdict_of() -> VerdictOf:
    """The verdict of one expectation of a suite on a frame; the others are not run, to save time."""
    library()

    def run(frame: pd.DataFrame, suite: Suite, name: str) -> Verdict:
        alone = replace(suite, expectations=tuple(each for each in suite.expectations if each.name == name))
        (verdict,) = (each for each in validate(frame, alone, empty_is_valid=False) if each.name == name)
        return verdict

    return run
