"""How a landed file is read: in the format its manifest names, which is not recognised anew."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from flows import sources
from flows.exits import InputRefusedError
from flows.files import open_stream, sample, starts
from flows.loading import landing
from flows.loading.landing import Landed
from flows.settings import Settings
from flows.sources.evidence import Evidence
from flows.sources.format import Format


def format_of(settings: Settings, landed: Landed) -> Format:
    """The format a landed file was recognised as.

    A manifest without its key names a format of several layouts: then the bytes tell which. Raises InputRefusedError,
    with what to do, for a format that is not there any more.
    """
    named = [each for each in sources.formats(settings) if each.name == landed.source]
    if landed.format:
        named = [each for each in named if each.key == landed.format]
    told = f'{landed.file} landed in the format "{landed.source}"'
    if not named:
        raise InputRefusedError(
            f"{told}, which is not known any more; describe it in ronda.toml again, as [tables.{landed.source}]."
        )
    if len(named) == 1:
        return named[0]
    seen = starts(sample(landing.stored_path(settings.home, landed)))
    fitting = next((each for start in seen for each in named if each.recognise(start) is not None), None)
    if fitting is None:
        raise InputRefusedError(f"{told} and does not fit it any more; correct [tables.{landed.source}] in ronda.toml.")
    return fitting


def evidence_of(settings: Settings, landed: Landed) -> Evidence | None:
    """What the content of a landed file says as a whole; None where its format asks nothing.

    Raises InputRefusedError as `format_of` does.
    """
    form = format_of(settings, landed)
    if form.study is None:
        return None
    with opened(settings.home, landed) as stream:
        return form.study.look(form, stream)


def fitted(settings: Settings, landed: Landed, evidence: Evidence | None = None) -> Format:
    """The format of a landed file as it fits its content: how its numbers and times are written, which ids are whole.

    `evidence` is what `evidence_of` gave, where it was asked. Raises InputRefusedError as `format_of` does.
    """
    form = format_of(settings, landed)
    seen = evidence or evidence_of(settings, landed)
    return form if form.study is None or seen is None else form.study.fit(form, seen)


def opened(home: Path, landed: Landed) -> AbstractContextManager[BinaryIO]:
    """The content of a landed file, unpacked."""
    return open_stream(landing.stored_path(home, landed), landed.bytes, is_own=landed.is_packed)
