"""What a suite of expectations is: plain data, which `expectations.run` hands to Great Expectations.

A table's module is one table of `Expectation`s. Each names its rule, how bad a breach is, what it says in both
languages, and what a breach most likely means.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from flows.headers import column

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "number", "moment", "any"]
_KINDS: Mapping[str, Kind] = {
    "BIGINT": "number",
    "DOUBLE": "number",
    "TIMESTAMP WITH TIME ZONE": "moment",
    "VARCHAR": "text",
}


class Severity(StrEnum):
    """How bad a breach is: nothing is published, the report says so, or it is only recorded."""

    STOP = "stop"
    WARN = "warn"
    INFO = "info"


class Gate(StrEnum):
    """Where in a post's way a suite stands (the shape of the source, the loaded posts, the trends)."""

    LANDING = "landing"
    POSTS = "posts"
    TRENDS = "trends"


class Rule(NamedTuple):
    """One test: the Great Expectations class, its arguments, and the test in symbols that need no translation."""

    kind: str
    arguments: Mapping[str, Any]
    expected: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """A rule with its meaning.

    `where` limits it to the rows whose column has a value. `shows_values` prints values that break the rule in the
    verdict: only for columns that cannot hold personal text.
    """

    name: str
    rule: Rule
    severity: Severity
    description_id: str
    description_en: str
    hint_id: str
    hint_en: str
    where: tuple[str, str] | None = None
    shows_values: bool = False


def never_negative(column: str, words_id: str, words_en: str, hint: tuple[str, str]) -> Expectation:
    """That a count is not below zero; the words name what is counted, the hint says where it may go wrong."""
    return Expectation(
        f"{column}_not_negative",
        at_least(column, 0),
        Severity.STOP,
        f"Jumlah {words_id} tidak negatif.",
        f"The number of {words_en} is not negative.",
        *hint,
    )


def _unchanged(frame: "pd.DataFrame") -> "pd.DataFrame":
    return frame


@dataclass(frozen=True, slots=True)
class Suite:
    """The expectations on one table.

    `columns` are what it reads, with the kind of their values; other columns of the frame are ignored. `prepare` adds
    columns derived from those. Columns in `key` name a row that breaks a rule; empty where rows must not be named.
    """

    gate: Gate
    table: str
    columns: Mapping[str, Kind]
    expectations: tuple[Expectation, ...]
    prepare: Callable[["pd.DataFrame"], "pd.DataFrame"] = _unchanged
    key: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        twice = [name for name, count in Counter(each.name for each in self.expectations).items() if count > 1]
        if twice:
            raise ValueError(f"The suite of {self.table} defines {', '.join(twice)} twice.")


def kinds(table: str, names: Iterable[str]) -> dict[str, Kind]:
    """Columns of a table with the kind of their values."""
    return {name: _KINDS.get(column(table, name).type, "any") for name in names}


def percent(share: float) -> str:
    """0.05 -> `5 %`."""
    return f"{share * 100:g} %"


def present(column: str, at_least: float = 1.0) -> Rule:
    """The column is not NULL, in at least this share of the rows."""
    expected = f"{column} ≠ NULL" if at_least == 1.0 else f"{column} ≠ NULL ≥ {percent(at_least)}"
    return Rule("ExpectColumnValuesToNotBeNull", {"column": column, "mostly": at_least}, expected)


def absent(column: str) -> Rule:
    """The column is NULL."""
    return Rule("ExpectColumnValuesToBeNull", {"column": column}, f"{column} = NULL")


def one_of(column: str, values: Collection[Any]) -> Rule:
    """Every value that is not NULL is one of these."""
    names = ", ".join(str(value) for value in values)
    return Rule("ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)}, f"{column} ∈ {{{names}}}")


def seldom(column: str, value: str, at_most: float) -> Rule:
    """At most this share of the values that are not NULL is this one."""
    arguments = {"column": column, "value_set": [value], "mostly": 1 - at_most}
    return Rule("ExpectColumnValuesToNotBeInSet", arguments, f"{column} = {value} ≤ {percent(at_most)}")


def matches(column: str, pattern: str) -> Rule:
    """Every value that is not NULL holds the pattern (RE2, without look-around, so that Arrow can run it)."""
    return Rule("ExpectColumnValuesToMatchRegex", {"column": column, "regex": pattern}, f"{column} ~ {pattern}")


def never(flags: str, column: str, what: str) -> Rule:
    """No row of `flags`, a column of booleans about another, is true; `what` names in symbols what it would hold."""
    return Rule("ExpectColumnValuesToBeInSet", {"column": flags, "value_set": [False]}, f"{column} ∌ {what}")


def at_least(column: str, low: Any) -> Rule:
    """No value is below this."""
    return Rule("ExpectColumnValuesToBeBetween", {"column": column, "min_value": low}, f"{column} ≥ {low}")


def at_most(column: str, high: Any) -> Rule:
    """No value is above this."""
    return Rule("ExpectColumnValuesToBeBetween", {"column": column, "max_value": high}, f"{column} ≤ {high}")


def between(column: str, low: float, high: float) -> Rule:
    """Every value that is not NULL lies between the two, both included."""
    arguments = {"column": column, "min_value": low, "max_value": high}
    return Rule("ExpectColumnValuesToBeBetween", arguments, f"{low} ≤ {column} ≤ {high}")


def ordered(low: str, high: str) -> Rule:
    """The one column is never above the other, in rows where both are known."""
    arguments = {"column_A": high, "column_B": low, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return Rule("ExpectColumnPairValuesAToBeGreaterThanB", arguments, f"{low} ≤ {high}")


def one_value(column: str) -> Rule:
    """The column holds exactly one distinct value."""
    arguments = {"column": column, "min_value": 1, "max_value": 1}
    return Rule("ExpectColumnUniqueValueCountToBeBetween", arguments, f"|{column}| = 1")
