"""Prefect's server behind a door of ours, as a process: `python -m flows.prefect_server SOCKET [temporary]`.

What Prefect offers is turned on by the environment (`Settings.export_server`): a login for everything it tells and
does, and a token against requests that other sites forge. Alone it would answer under any name; the door does not. Its
socket is opened by whoever starts it, so that nobody else can have its port.
"""

import asyncio
import socket
import sqlite3
import sys
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path

from flows import processes
from flows.hosts import OwnNames
from flows.store.files import draft_beside, settle, write_whole

_EMPTY = Path(__file__).parent / "__pycache__" / f"prefect-{version('prefect')}.db"


def main(number: str, *words: str) -> None:
    """Serves until the process that started it is gone. `temporary`: without pages and schedules, and silent."""
    import uvicorn
    from prefect.server.api.server import create_app

    _make_database()
    is_temporary = "temporary" in words
    server = uvicorn.Server(
        uvicorn.Config(
            OwnNames(create_app(ephemeral=is_temporary, final=True)),
            lifespan="on",
            access_log=False,
            proxy_headers=False,
            log_level="critical" if is_temporary else "warning",
            timeout_graceful_shutdown=5,
        )
    )
    server.run([socket.socket(fileno=int(number))])


def _make_database() -> None:
    """Gives a home its database: a copy of the empty one that this installation keeps since it first made one.

    Prefect makes it by a hundred migrations, which take five seconds; one of an earlier Prefect it migrates itself.
    """
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    own = settings.home / "prefect.db"
    address = settings.server.database.connection_url
    if own.exists() or address is None or not address.get_secret_value().endswith(f":///{own}"):
        return
    if _EMPTY.is_file():
        draft = draft_beside(own)
        write_whole(draft, _EMPTY.read_bytes())
        with suppress(FileExistsError):  # another server of the same new home was first
            own.hardlink_to(draft)
        draft.unlink()
        return
    asyncio.run(_migrate())
    with suppress(OSError, sqlite3.Error):  # no folder that this account may write: every new home migrates for itself
        draft = draft_beside(_EMPTY)
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(own)) as database:
            database.execute("VACUUM INTO ?", [str(draft)])
        settle(draft, _EMPTY)


async def _migrate() -> None:
    from prefect.server.database import provide_database_interface

    database = provide_database_interface()
    await database.create_db()
    await (await database.engine()).dispose()


if __name__ == "__main__":
    processes.end_with_starter()
    processes.collect_seldom()
    main(*sys.argv[1:])
