"""The parts of a home, each with what is looked at in it: the table of `ronda check`."""

import json
import shutil
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import get_args

from flows.exits import LedgerDamagedError, UsageError, WarehouseDamagedError
from flows.keeping import accepting, rebuilding, rewritings
from flows.keeping.condition import Condition, Finding, Look
from flows.loading import file_states, landing, privacy, proof
from flows.loading.landing import Landed
from flows.publishing import database, editions, ledger, releases
from flows.reviewing import log, papers
from flows.settings import Language
from flows.store import chain, leftovers, permissions, warehouse
from flows.store.chain import Entry
from flows.store.files import files_in
from flows.store.runs import digest_of


def _entries(home: Path) -> tuple[Sequence[Entry], bool]:
    """The chain, and whether it can be read; nothing where it is damaged, which is told of the chain itself."""
    try:
        return chain.read(home), True
    except LedgerDamagedError:
        return (), False


def _loaded(home: Path) -> dict[str, proof.Loaded]:
    """What the warehouse holds, where it can be opened and this version made it."""
    path = warehouse.place(home)
    if not path.exists():
        return {}
    try:
        with warehouse.as_it_is(path) as connection:
            is_current = warehouse.schema_number(connection) == warehouse.current_schema()
            return proof.loaded_files(connection) if is_current else {}
    except (WarehouseDamagedError, UsageError):
        return {}


# ------------------------------------------------------------------------------------------------ what is a fact


def look_at_key(look: Look) -> Condition:
    """The key of the author hashes."""
    settings = look.settings
    path = settings.home / "secret.key"
    if settings.author_key is None and not path.exists():
        if not (settings.home / "landing").exists():
            return Condition("none yet")
        return Condition(
            "gone", (Finding(f"{path} is gone: every author gets another key; restore it from a backup."),)
        )
    try:
        key = privacy.fingerprint(privacy.author_secret(settings))
    except UsageError as error:
        return Condition("damaged", (Finding(str(error)),))
    if privacy.known_key(_entries(settings.home)[0]) not in (None, key):
        return Condition("another one", (Finding(privacy.OTHER_KEY),))
    return Condition("a setting" if settings.author_key is not None else path.name)


def look_at_chain(look: Look) -> Condition:
    """The chain of the ledger: every entry against the hash that the next one names, and the head outside."""
    home = look.settings.home
    if not chain.is_begun(home):
        return Condition("none yet")
    try:
        return Condition(f"{len(chain.read(home)):,} entries")
    except LedgerDamagedError as damage:
        told = f"{damage} Without a backup, --repair --restart-chain sets it aside and begins a new one, which takes"
        told += " whatever lies in the home for true and forgets why posts are gone."
        repair = partial(chain.restart, home) if look.restarts_chain else None
        return Condition("damaged", (Finding(told, repair, "begun anew, the old one is kept beside it"),))


def look_at_ledger(look: Look) -> Condition:
    """The files of the ledger, against the chain, and publications against who else remembers them."""
    home = look.settings.home
    entries, is_readable = _entries(home)
    try:
        files = ledger.ledger_files(home)
        findings = [
            Finding(f"{sentence[:-1]}, or give it up with --accept-loss {subject}.")
            for subject, sentence in zip(ledger.damaged(home, entries), ledger.flaws(home, entries), strict=True)
        ]
    except LedgerDamagedError as damage:
        return Condition("cannot be read", (Finding(str(damage)),))
    known = {*files, *(entry.subject for entry in entries)}
    findings += [
        Finding(f"{week}-{number} was published and the ledger knows nothing of it; restore the folder ledger.")
        for week, number in sorted(set(ledger.remembered(home)))
        if number and f"{week}-{number}" not in known
    ]
    new = files.keys() - ledger.stated_contents(entries).keys() - {entry.subject for entry in entries}
    waiting = {subject for subject in new if subject.startswith(f"{chain.ERASURES}/")}
    if waiting and is_readable:
        told = f"{len(waiting):,} requests of erasure are not carried out to their end; `ronda expire` ends them."
        findings.append(Finding(told, is_damage=False))
    new -= waiting
    if new and is_readable:
        told = f"{len(new):,} files of the ledger are from before its chain; the next run adopts them."
        findings.append(Finding(told, partial(ledger.adopt, home), "taken into the chain", is_damage=False))
    return Condition(f"{len(files):,} publications, versions of the watch list, erasures and expiries", tuple(findings))


def look_at_landing(look: Look) -> Condition:
    """What came in: files against their manifests, the chain and what was loaded; with their bytes where asked."""
    home = look.settings.home
    (entries, is_readable), loaded = _entries(home), _loaded(home)
    seen = proof.compare(home, proof.inspect(home), entries, loaded)
    flaws = [*seen.flaws, *(proof.check_all_bytes(home, seen.files, entries) if look.reads_data else ())]
    known = chain.contents(entries)
    findings = [_of_flaw(look, flaw, entries, seen.files) for flaw in flaws]
    new = [item for item in seen.files if item.file_id not in known]
    if new and is_readable:
        told = f"{len(new):,} landed files are not in the chain yet; the next run adopts them."
        findings.append(Finding(told, partial(proof.settle, home, loaded), "taken into the chain", is_damage=False))
    size = sum(item.bytes for item in seen.files)
    how = "bytes read" if look.reads_data else "names only"
    return Condition(f"{len(seen.files):,} files, {size / 1e6:,.1f} MB as they came ({how})", tuple(findings))


def _of_flaw(look: Look, flaw: proof.Flaw, entries: Sequence[Entry], files: Sequence[Landed]) -> Finding:
    home = look.settings.home
    item = next((each for each in files if each.file_id == flaw.subject), None)
    if flaw.fault == "leftover" and item is not None:
        last = [entry for entry in entries if entry.subject == item.file_id and "path" in entry.facts][-1]
        return Finding(flaw.sentence, partial(landing.drop, home, item, kind=last.kind), "deleted")  # type: ignore[arg-type]
    if flaw.fault == "behind" and item is not None:
        draft = rewritings.finished_draft(home, item, chain.contents(entries)[item.file_id])
        if draft is not None:
            begun = datetime.fromisoformat([each for each in entries if each.subject == item.file_id][-1].moment)
            return Finding(flaw.sentence, partial(rewritings.finish, home, item, draft, begun), "finished")
    if flaw.fault in accepting.LOST:
        return Finding(f"{flaw.sentence} Without either, give it up with --accept-loss {flaw.subject[: accepting.ID]}.")
    return Finding(flaw.sentence, is_damage=flaw.fault not in ("orphan", "torn"))


# ----------------------------------------------------------------------------------------- what can be made anew


def look_at_warehouse(look: Look) -> Condition:
    """The private tables: whether they open, are of this version, and hold what the chain says was loaded."""
    home = look.settings.home
    path = warehouse.place(home)
    if not path.exists():
        return Condition("none: the next run makes it from the landing")
    repair = partial(rebuilding.rebuild, look.settings)
    by = "made anew from the landing and the ledger"
    try:
        with warehouse.as_it_is(path) as connection:
            number = warehouse.schema_number(connection)
            if number is not None and number < warehouse.current_schema():
                told = f"An earlier ronda made the tables (number {number}); the next run makes them anew."
                return Condition("of an earlier version", (Finding(told, repair, by, is_damage=False),))
            if number is not None and number > warehouse.current_schema():
                told = f"A newer ronda made the tables (number {number}); use that one."
                return Condition("of a later version", (Finding(told),))
            rows = f", {warehouse.read_every_block(connection):,} rows read" if look.reads_data else ""
            loaded = proof.loaded_files(connection) if number is not None else {}
            states = file_states.of(connection) if number is not None else {}
    except WarehouseDamagedError as damage:
        return Condition("damaged", (_of_warehouse(home, str(damage).split(". If it")[0], repair, by),))
    contents = {item.file_id: item.content for item in proof.inspect(home).files}
    fewer = proof.fewer_records(loaded, _entries(home)[0], contents)
    findings = [Finding(flaw.sentence) for flaw in fewer]
    if loaded and states != _states(home):  # an empty one is filled by the next run
        told = f"{file_states.place(home)} does not say what the warehouse holds."
        findings.append(Finding(told, partial(file_states.keep, home, states), "made anew"))
    return Condition(f"{len(loaded):,} files loaded{rows}", tuple(findings))


def _of_warehouse(home: Path, damage: str, repair: Callable[[], object], by: str) -> Finding:
    """What to do about damaged tables: made anew, but where that would lose what only they count."""
    expired = len(proof.expired_files(_entries(home)[0]))
    if not expired:
        return Finding(f"{damage}; it can be made anew.", repair, by)
    return Finding(
        f"{damage}; it alone counted the posts of {expired:,} landed files that have expired. Restore a copy of it, or"
        " move it out of the home and run `ronda rebuild`: tables without those posts; the ledger keeps the numbers."
    )


def _states(home: Path) -> dict[str, str]:
    try:
        return file_states.read(home)
    except LedgerDamagedError:
        return {}


def look_at_releases(look: Look) -> Condition:
    """What readers see: the files of each published report against its manifest, and the public database."""
    settings = look.settings
    try:
        release = releases.published_folder(settings.home)
    except UsageError as error:
        return Condition("damaged", (Finding(str(error)),))
    if release is None:
        return Condition("nothing is published")
    files = releases.damaged_files(release) if look.reads_data else releases.missing_files(release)
    findings = [Finding(f"published/{name} is not what was published; {_publish_again(name)}.") for name in files]
    path = release / "ronda.duckdb"
    try:
        with warehouse.as_it_is(path, read_only=True) as connection:
            if look.reads_data:
                warehouse.read_every_block(connection)
    except WarehouseDamagedError as damage:
        again = partial(_publish_tables, look)
        told = f"{str(damage).split('. If it')[0]}; it can be published again."
        findings.append(Finding(told, again, "published again from the warehouse"))
    how = "bytes read" if look.reads_data else "names only"
    return Condition(
        f"release {release.name} with {len(releases.reported_weeks(settings.home)):,} weeks ({how})", tuple(findings)
    )


def _publish_again(name: str) -> str:
    first, *rest = name.split("/")
    is_beside = first in get_args(Language)
    parts, option = (rest, f" --lang {first}") if is_beside else ([first, *rest], "")
    if parts[0] == releases.DAILY:
        return f"publish it again with `ronda daily --day {parts[1]}{option}`"
    return f"publish it again with `ronda weekly --week {parts[0]}{option}`"


def _publish_tables(look: Look) -> None:
    database.publish_tables(look.settings)


def look_at_editions(look: Look) -> Condition:
    """What the pages of each week were rendered from: without it a week whose pages must change is published anew."""
    folder = look.settings.home / "editions"
    findings = [
        Finding(
            f"{damage}; without it the week is published anew where a post goes.",
            partial(shutil.rmtree, edition),
            "deleted",
        )
        for edition, damage in editions.damages(look.settings.home, reads_data=look.reads_data).items()
    ]
    return Condition(f"{len(list(folder.glob('[0-9]*'))):,} weeks", tuple(findings))


def look_at_reviews(look: Look) -> Condition:
    """The review sheets, which coders may have filled in."""
    paths = files_in(look.settings.home / "review", ".xlsx")
    findings = [
        Finding(f"{path} cannot be read; restore it from a backup, or delete it and publish its week again.")
        for path in paths
        if not _is_archive(path, reads_data=look.reads_data)
    ]
    return Condition(f"{len(paths):,} sheets", tuple(findings))


def look_at_desk(look: Look) -> Condition:
    """The log of the desk: every event against the hash that the next one names."""
    home = look.settings.home
    entries, _ = _entries(home)
    try:
        log.require_stated(home, entries)
        if not log.place(home).exists():
            return Condition("nobody has used it yet")
        findings = tuple(Finding(f"{each} is not what the log of the desk says.") for each in papers.damaged(home))
        return Condition(f"{log.verify(home):,} events", findings)
    except LedgerDamagedError as damage:
        return Condition("damaged", (Finding(str(damage)),))


def _is_archive(path: Path, *, reads_data: bool) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return not reads_data or archive.testzip() is None
    except (zipfile.BadZipFile, OSError):
        return False


def look_at_records(look: Look) -> Condition:
    """What each run did, and the states of files beside the warehouse: useful, and made anew or done without."""
    home = look.settings.home
    paths = [*files_in(home / "runs", ".json"), *(path for path in [file_states.place(home)] if path.exists())]
    findings = [
        Finding(
            f"{path} is damaged; it only says what was done.", partial(_put_aside, path), f"{path.name}.damaged now"
        )
        for path in paths
        if not _is_record(path)
    ]
    return Condition(f"{len(paths):,} records", tuple(findings))


def _is_record(path: Path) -> bool:
    try:
        facts = json.loads(path.read_bytes())
        return isinstance(facts, dict) and facts.get("digest", digest_of(facts)) == digest_of(facts)
    except (ValueError, OSError):
        return False


def _put_aside(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}.damaged"))


def look_at_leftovers(look: Look) -> Condition:
    """What killed runs left half written."""
    home = look.settings.home
    left = leftovers.left_behind(home)
    findings = [
        Finding(
            f"A killed run left {path.relative_to(home)} behind.",
            partial(leftovers.remove, path),
            "deleted",
            is_damage=False,
        )
        for path in left
    ]
    return Condition(f"{len(left):,} drafts" if left else "none", tuple(findings))


def look_at_permissions(look: Look) -> Condition:
    """Whether only the account of ronda reads the home, and the group what is published where the office wants it."""
    home, to_group = look.settings.home, look.settings.published_to_group
    correct = partial(permissions.correct_permissions, home, to_group=to_group)
    flaws = permissions.permission_flaws(home, to_group=to_group)
    readers = "the account of ronda, and its group what is published" if to_group else "the account of ronda alone"
    return Condition(f"for {readers}", tuple(Finding(flaw, correct, "corrected") for flaw in flaws))


# In the order in which they are looked at and repaired: what others are judged by comes first.
PARTS: dict[str, Callable[[Look], Condition]] = {
    "key": look_at_key,
    "records": look_at_records,
    "chain": look_at_chain,
    "ledger": look_at_ledger,
    "landing": look_at_landing,
    "warehouse": look_at_warehouse,
    "releases": look_at_releases,
    "editions": look_at_editions,
    "reviews": look_at_reviews,
    "desk": look_at_desk,
    "leftovers": look_at_leftovers,
    "permissions": look_at_permissions,
}
