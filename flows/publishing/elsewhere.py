"""The pages of kept weeks drawn by the workers of a run: on this disk, or on machines that share none with the home."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flows.loading.elsewhere import require_same, versions
from flows.processes import Crew
from flows.publishing import editions
from flows.publishing.site import draw_pages
from flows.settings import Settings
from flows.store import exchange


def draw(
    settings: Settings, crew: Crew, places: Sequence[str], folder: Path, told: Callable[[int], None] | None = None
) -> None:
    """Draws kept editions into their places below a folder; `told` hears how many are done.

    Pages are a function of what is kept, so that those that are drawn twice are the same.
    """
    bare = settings.without_secrets()
    with exchange.opened(settings) as store:
        if store is None:
            crew.map(_draw, [(bare, place, folder) for place in places], told)
            return
        own = versions(settings)
        units = [
            (bare, place, store.put_folder(f"kept/{place}", editions.folder(settings.home, place)), own)
            for place in places
        ]
        for place, digests in zip(places, crew.map(_draw_and_send, units, told), strict=True):
            store.fetch_folder(f"drawn/{place}", folder / place, digests)


def _draw(settings: Settings, place: str, folder: Path) -> None:
    (folder / place).mkdir(parents=True)
    draw_pages(folder / place, *editions.require(settings, place))


def _draw_and_send(settings: Settings, place: str, kept: Mapping[str, str], said: str) -> dict[str, str]:
    """On a worker: fetches what an edition is drawn from, draws it and sends the pages; gives their hashes."""
    require_same(settings, said)
    store = exchange.Exchange(settings)
    with tempfile.TemporaryDirectory(prefix="ronda-") as scratch:
        home = Path(scratch)
        store.fetch_folder(f"kept/{place}", editions.folder(home, place), kept)
        _draw(settings.model_copy(update={"home": home}), place, home / "drawn")
        return store.put_folder(f"drawn/{place}", home / "drawn" / place)
