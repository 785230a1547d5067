"""Pieces of landed files prepared by the workers of a run: on this disk, or where they share none with the home."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from flows import labels
from flows.exits import UsageError
from flows.loading import landing, pieces, prepared
from flows.loading.counted import Prepared
from flows.loading.pieces import Piece
from flows.processes import Crew
from flows.seeds import seed_versions
from flows.settings import Settings
from flows.store import exchange


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a worker prepared and sent: parts by their names, with their sha256."""

    prepared: Prepared
    parts: Mapping[str, str]


def prepare(  # noqa: PLR0913, PLR0917 - what to read, what with, where to, who works, and who is told
    settings: Settings,
    crew: Crew,
    bundles: Sequence[Sequence[Piece]],
    key: bytes,
    folder: Path,
    tell: Callable[[int], None],
) -> list[Prepared]:
    """Prepares bundles of pieces of landed files into Parquet parts in `folder`, in their order.

    A part is a function of its bundle, so that one that is written twice is the same. With an exchange, pieces and
    parts travel through it, each proven by its hash. `tell` is told how many bytes were read. Raises what
    `prepared.prepare`, the crew and the exchange raise.
    """
    sizes = [sum(pieces.packed_bytes(settings, piece) for piece in bundle) for bundle in bundles]
    named = [(bundle, f"bundle{number:05d}") for number, bundle in enumerate(bundles)]

    def told(done: int) -> None:
        tell(sum(sizes[:done]))

    with exchange.opened(settings) as store:
        bare = settings.without_secrets()
        if store is None:
            return crew.map(prepared.prepare, [(bare, bundle, key, folder, name) for bundle, name in named], told)
        own = versions(settings)
        work = [(bare, _sent(settings, store, bundle), key, name, own) for bundle, name in named]
        done = crew.map(_prepare_and_send, work, told)
        for each in done:
            for name, digest in each.parts.items():
                store.fetch(f"parts/{name}", folder / name, digest)
    return [_in(folder, each.prepared) for each in done]


def _sent(settings: Settings, store: exchange.Exchange, bundle: Sequence[Piece]) -> list[tuple[Piece, str]]:
    """Sends the bytes of each piece; gives it with their sha256."""
    paths = [landing.stored_path(settings.home, piece.landed) for piece in bundle]
    return [(piece, store.put(_name(piece), path, *piece.needed)) for piece, path in zip(bundle, paths, strict=True)]


def _name(piece: Piece) -> str:
    return f"landing/{piece.landed.path}/{piece.needed[0]}"


def _prepare_and_send(settings: Settings, sent: Sequence[tuple[Piece, str]], key: bytes, name: str, said: str) -> _Sent:
    """On a worker: fetches pieces to where they lie in their files, prepares them as in the home, sends the parts."""
    require_same(settings, said)
    store = exchange.Exchange(settings)
    with tempfile.TemporaryDirectory(prefix="ronda-") as scratch:
        home = Path(scratch)
        for piece, digest in sent:
            store.fetch(_name(piece), landing.stored_path(home, piece.landed), digest, piece.needed[0])
        there = settings.model_copy(update={"home": home})
        done = prepared.prepare(there, [piece for piece, _ in sent], key, home, name)
        parts = {path.name: store.put(f"parts/{path.name}", path) for path in (*done.posts, *done.rejects)}
    return _Sent(done, parts)


def require_same(settings: Settings, said: str) -> None:
    """On a worker: raises UsageError where it would come to something else than the run, whose `versions` are given."""
    if versions(settings) != said:
        raise UsageError(
            "A worker has another version of ronda, of its labels or of the seeds than the run; install the same ronda"
            f" there, with the same seeds in {settings.seeds}."
        )


def versions(settings: Settings) -> str:
    """What decides beside its inputs what a unit comes to: ronda, its labels, the seeds."""
    seeds = " ".join(f"{name}={digest}" for name, digest in seed_versions(settings.seeds).items())
    return f"{version('ronda')} {labels.label_version(settings.seeds)} {seeds}"


def _in(folder: Path, done: Prepared) -> Prepared:
    posts, rejects = (tuple(folder / path.name for path in paths) for paths in (done.posts, done.rejects))
    return replace(done, posts=posts, rejects=rejects)
