"""`ronda check`: what of a home is whole, what is damaged, and what can be repaired and from what."""

from collections.abc import Callable

from flows.exits import Exit, LedgerDamagedError, RondaError, UsageError
from flows.keeping.condition import Condition, Finding, Look, Say
from flows.keeping.parts import PARTS
from flows.settings import Settings
from flows.store import warehouse

_INDENT = " " * 11


def run_check(
    settings: Settings, say: Say, *, reads_data: bool = False, repairs: bool = False, restarts_chain: bool = False
) -> Exit:
    """Says the condition of every part of a home, and repairs what can be without loss, where that is asked for.

    REFUSED when anything is damaged, and was not repaired.
    """
    if not settings.home.is_dir():
        raise UsageError(f"There is no home in {settings.home}; set RONDA_HOME to the one that is meant.")
    look = Look(settings, reads_data, restarts_chain)
    damages = 0
    with warehouse.looking(settings.home):
        for name, part in PARTS.items():
            condition = _look(part, look)
            repairable = [each for each in condition.findings if each.repair is not None] if repairs else []
            repaired = _repair(repairable, say)
            if repaired:
                condition = _look(part, look)
            damages += sum(finding.is_damage for finding in condition.findings)
            for line in _told(name, condition, repaired):
                say(line)
    if damages:
        say(f"{damages:,} damaged; what can be done about each stands beside it.")
        return Exit.REFUSED
    say("Everything is whole.")
    return Exit.DONE


def _look(part: Callable[[Look], Condition], look: Look) -> Condition:
    """A look at a part; one that cannot be looked at, because of another, is damaged too."""
    try:
        return part(look)
    except LedgerDamagedError as damage:
        return Condition("cannot be looked at", (Finding(str(damage)),))


def _repair(findings: list[Finding], say: Say) -> list[Finding]:
    """Repairs what can be; gives what was, and says why the rest was not."""
    repaired = []
    for finding in findings:
        assert finding.repair is not None  # noqa: S101 - chosen so
        try:
            finding.repair()
        except RondaError as error:
            say(f"not repaired: {finding.sentence} {error}")
        else:
            repaired.append(finding)
    return repaired


def _told(name: str, condition: Condition, repaired: list[Finding]) -> list[str]:
    is_damaged = any(finding.is_damage for finding in condition.findings)
    lines = [f"{name:<10} {'damaged' if is_damaged else 'whole'}: {condition.there}"]
    lines += [f"{_INDENT}repaired: {finding.sentence} It is {finding.repaired_by}." for finding in repaired]
    for finding in condition.findings:
        can = f" With --repair it is {finding.repaired_by}." if finding.repair is not None else ""
        lines.append(f"{_INDENT}{finding.sentence}{can}")
    return lines
