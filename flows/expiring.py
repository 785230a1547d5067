"""The flow of the retention, daily: what is past it is emptied, and a forgetting that was interrupted is ended."""

from prefect import flow

from flows import tasks
from flows.exits import Exit, GateStoppedError, InputRefusedError

_ERRORS = {Exit.GATE: GateStoppedError, Exit.REFUSED: InputRefusedError}


@flow(name="expire", flow_run_name="expire", validate_parameters=False, on_running=[tasks.end_with_server])
def expire(as_of: str | None = None) -> str:
    """Empties what is past its retention at a moment, now where none is given; returns what was done.

    Raises GateStoppedError when the search finds something left, InputRefusedError when a file resisted.
    """
    code, lines = tasks.expire(as_of)
    said = "\n".join(lines)
    if error := _ERRORS.get(code):
        raise error(said)
    return said
