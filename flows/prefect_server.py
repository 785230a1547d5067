"""Prefect's server behind a door of ours, as a process: `python -m flows.prefect_server SOCKET [temporary]`.

What Prefect offers is turned on by the environment (`Settings.export_server`): a login for everything it tells and
does, and a token against requests that other sites forge. Alone it would answer under any name; the door does not. Its
socket is opened by whoever starts it, so that nobody else can have its port.
"""

import socket
import sys

from flows import processes
from flows.hosts import OwnNames


def main(number: str, *words: str) -> None:
    """Serves until the process that started it is gone. `temporary`: without pages and schedules, and silent."""
    import uvicorn
    from prefect.server.api.server import create_app

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


if __name__ == "__main__":
    processes.end_with_starter()
    processes.collect_seldom()
    main(*sys.argv[1:])
