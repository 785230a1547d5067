"""Damage of each kind of file of a home: a flipped bit, a cut, zeros, an empty file, a deleted one.

After each damage `ronda check --read-data` must name it; then what can be done is done in this order: `--repair`, the
original imported again, the backup restored. What none of them brings back is lost.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.exits import Exit, RondaError
from flows.forgetting import erasure
from flows.keeping import backups, checking, restoring
from flows.loading.arrivals import land_paths
from flows.progress import unseen
from flows.publishing import editions, releases
from flows.settings import Settings
from flows.store import chain
from flows.store.files import hash_file, write_whole
from reports import Edition
from tests.exports import tiktok_id
from tests.faults import work
from tests.faults.outcome import Outcome, Scale


def flip(path: Path) -> None:
    """One bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """The second half is gone."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zero(path: Path) -> None:
    """As long as before, and zeros."""
    path.write_bytes(bytes(path.stat().st_size))


def empty(path: Path) -> None:
    """Nothing in it."""
    path.write_bytes(b"")


DAMAGES: tuple[Callable[[Path], None], ...] = (flip, cut, zero, empty, Path.unlink)


class Kind(NamedTuple):
    """A kind of file: its name in the table, and where one of it lies in a home."""

    name: str
    place: str


KINDS = (
    Kind("landed file", "landing/*/*/*/*.zst"),
    Kind("manifest", "landing/*/*/*/*.json"),
    Kind("landed file, erased from", "landing/*/*/*/*.zst"),
    Kind("manifest, erased from", "landing/*/*/*/*.json"),
    Kind("chain", "ledger/chain.jsonl"),
    Kind("head of the chain", "ledger_head.json"),
    Kind("publication", "ledger/publications/*.parquet"),
    Kind("request of erasure", "ledger/erasures/*.json"),
    Kind("record of an expiry", "ledger/expiries/*.json"),
    Kind("key", "secret.key"),
    Kind("warehouse", "warehouse.duckdb"),
    Kind("conditions of an edition", "editions/2024-W05/edition.json"),
    Kind("frame of an edition", "editions/2024-W05/evidence.arrow"),
    Kind("published page", "releases/*/2024-W05/weekly.html"),
    Kind("public database", "releases/*/ronda.duckdb"),
    Kind("record of a run", "runs/*.json"),
    Kind("states of files", "file_states.json"),
)
# What a deletion alone does not harm: made anew by the next run, or the history of one run.
MAY_GO = frozenset({"warehouse", "record of a run", "states of files"})


def _prepared(folder: Path) -> Path:
    """A published home with a key of its own, and a backup of it beside."""
    exports, home = work.write_exports(folder / "exports"), folder / "home"
    settings = _settings(home)
    home.mkdir()
    (home / "secret.key").write_text("ab" * 32)
    work.work(settings, exports)
    _forget(settings)
    words = (settings.lang, settings.election, "Kantor", 1, "l1", "d1", "c1")
    frames = {"evidence": pl.DataFrame({"post_id": ["1"] * 99})}
    editions.keep(home, str(work.WEEK), Edition(work.WEEK, work.LANDED, *words), frames)
    with releases.new_release(home) as release:
        (release / "2024-W05").mkdir()
        (release / "2024-W05" / "weekly.html").write_text("<p>Laporan mingguan</p>" * 100)
        releases.write_manifest(release / "2024-W05", {"publication": 1})
    backups.run_backup(settings, folder / "backup", lambda _: None, unseen)
    return home


def _forget(settings: Settings) -> None:
    """A person's request, and a day on which the records of runs alone were past their retention."""
    request = erasure.read_request([f"tiktok/{tiktok_id(work.NOON, 22)}"], None, None, None)
    erasure.run(settings, request, work.LANDED, lambda _: None, dry_run=False)
    path = settings.home / "ledger" / chain.EXPIRIES / "20250301T000000000000.json"
    write_whole(path, json.dumps({"kinds": ["runs"], "emptied": {"names of files": 3}}).encode())
    chain.append(settings.home, [chain.Note("expired", f"{chain.EXPIRIES}/{path.stem}", hash_file(path))])


def _settings(home: Path) -> Settings:
    settings = Settings(home=home)
    settings.export()
    return settings


def run(folder: Path, scale: Scale) -> list[Outcome]:
    """A row a kind of file."""
    home = _prepared(folder)
    return [_outcome(folder, home, kind) for kind in KINDS]


def _outcome(folder: Path, home: Path, kind: Kind) -> Outcome:
    became: Counter[str] = Counter()
    for damage in DAMAGES:
        damaged = folder / "damaged"
        shutil.copytree(home, damaged, symlinks=True)
        path = _chosen(damaged, kind)
        content = path.read_bytes()
        path.chmod(0o644)
        damage(path)
        if path.exists() and path.read_bytes() == content:
            raise RuntimeError(f"{damage.__name__} damaged nothing of {kind.name}")
        became[_end(folder, damaged, path, content, kind)] += 1
        shutil.rmtree(damaged)
    told = ", ".join(f"{count} {name}" for name, count in became.items())
    return Outcome(
        f"damage: {kind.name}", len(DAMAGES), became["lost"], became["not noticed"], became["left behind"], told
    )


def _chosen(home: Path, kind: Kind) -> Path:
    """A file of a kind; of landed ones either as it came in or after an erasure."""
    paths = sorted(home.glob(kind.place))
    if kind.place.startswith("landing/"):
        is_erased = kind.name.endswith("erased from")
        paths = [path for path in paths if (b'"erased"' in path.with_suffix(".json").read_bytes()) is is_erased]
    return paths[-1]


def _checks(settings: Settings, *, repairs: bool = False) -> Exit:
    try:
        return checking.run_check(settings, lambda _: None, reads_data=True, repairs=repairs)
    except RondaError as error:
        return error.exit_code


def _end(folder: Path, home: Path, path: Path, content: bytes, kind: Kind) -> str:
    settings = _settings(home)
    if _checks(settings) is Exit.DONE:
        is_harmless = not path.exists() and kind.name in MAY_GO
        return "made anew by the next run" if is_harmless or _is_whole(path, content) else "not noticed"
    if _checks(settings, repairs=True) is Exit.DONE:
        return "repaired by --repair"
    try:
        land_paths(settings, [folder / "exports"], work.LANDED)
    except RondaError:
        pass
    else:
        if _checks(settings) is Exit.DONE:
            return "repaired by the original"
    return "restored from the backup" if _is_restored(folder, kind, content) else "lost"


def _is_whole(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


def _is_restored(folder: Path, kind: Kind, content: bytes) -> bool:
    target = folder / "restored"
    settings = _settings(target)
    try:
        code = restoring.run_restore(settings, folder / "backup", None, lambda _: None, unseen)
        if kind.name.startswith("published"):
            return code is Exit.DONE  # and published again
        return code is Exit.DONE and any(path.read_bytes() == content for path in target.glob(kind.place))
    finally:
        shutil.rmtree(target, ignore_errors=True)
