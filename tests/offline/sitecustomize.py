"""Put on PYTHONPATH by tests: a process and its children that open anything but a loopback socket stop at once."""

import os
import sys
from typing import Any


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1", "0.0.0.0", ""} or host.startswith("127.")  # noqa: S104 - compared, not bound


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            sys.stderr.write(f"offline: {event} {address[0]}\n")
            sys.stderr.flush()
            os._exit(97)
    elif event == "socket.getaddrinfo" and arguments[0] is not None:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
        if not _is_loopback(host):
            sys.stderr.write(f"offline: lookup of {host}\n")
            sys.stderr.flush()
            os._exit(97)


sys.addaudithook(_watch)
