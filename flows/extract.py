"""The extraction flow: the inbox and every configured source into the landing, loaded, with what was missed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from prefect import flow

from flows import tasks
from flows.collecting import pull, watch_list
from flows.progress import one_line
from flows.publishing import notice
from flows.settings import Settings, load_settings
from flows.store.runs import recorded
from flows.store.warehouse import exclusive, extracting
from flows.store.watch_history import read_watch

LOAD_PATIENCE = 1800.0  # seconds to wait for another run's load or publication


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extraction did, in lines for a person; the sentences of the sources that failed, and of files in the
    inbox that were refused."""

    text: str
    failures: tuple[str, ...]
    refusals: tuple[str, ...] = ()


def _note_watch(settings: Settings, now: str | None) -> str | None:
    """A change of what is watched is a break in the series; the sentence that says so."""
    watched = watch_list.read_watched(settings)
    moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
    version, is_first = watch_list.version(watched), not read_watch(settings.home)
    if not watch_list.note(settings.home, watched, moment, watch_list.public_accounts(settings)):
        return None
    if is_first:
        return f"What is watched is noted (version {version})."
    return f"What is watched has changed (version {version}); the series has a break here."


@flow(name="extract", flow_run_name="extract", validate_parameters=False, on_running=[tasks.end_with_server])
def extract(refresh: bool = False, now: str | None = None) -> Extracted:
    """Pulls every source that has credentials, each on its own; a failed one never holds up the others.

    With `refresh`, stored posts are looked at again and what is gone is forgotten. `now` replaces the clock.
    """
    settings = load_settings()
    lines: list[str] = []
    with extracting(settings.home), recorded(settings.home, "extract", {"refresh": str(refresh)}) as run:
        lines += [sentence] if (sentence := _note_watch(settings, now)) else []
        emptied = tasks.empty_inbox(now)
        lines += [f"inbox: {name} imported" for name in emptied.landed]
        lines += [f"inbox: refused: {reason}" for reason in emptied.refusals]
        running = [tasks.pull_source.submit(source, now) for source in pull.configured(settings)]
        pulled = [each for future in running for each in future.result()]
        failures = [each.failure for each in pulled if each.failure]
        for each in pulled:
            lines += [each.sentence(), *(f"  {sentence}" for sentence in each.sentences[:5])]
        with exclusive(settings.home, wait=LOAD_PATIENCE):
            loaded = tasks.load_pending(run.run_id, None)
        if refresh:
            looked = tasks.look_again(now)
            failures += looked.failures
            with exclusive(settings.home, wait=LOAD_PATIENCE):
                tasks.load_pending(run.run_id, None)
                forgotten = tasks.forget(now)
            lines += [looked.sentence(), *(f"  {sentence}" for sentence in looked.sentences[:5]), forgotten.sentence()]
            failures += forgotten.landed.left
        failures += (*loaded.held, *loaded.flaws)
        run.note(held=list(failures), message=loaded.sentence())
        lines += [loaded.sentence(), *(f"  {note}" for note in loaded.notes)]
    for failure in failures:
        tasks.tell(settings, notice.failed(settings, failure))
    return Extracted("\n".join(map(one_line, lines)), tuple(failures), emptied.refusals)
