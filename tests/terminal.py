"""A pseudo-terminal for programs that look whether somebody watches."""

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Sequence

from tests.conftest import REPOSITORY

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"  # the cursor, while bars are drawn and afterwards


def on_terminal(words: Sequence[str], **environment: str) -> tuple[str, str]:
    """What Python writes to a terminal as its standard error, and to a pipe as its standard output."""
    seen: list[bytes] = []
    master, slave = pty.openpty()

    def read() -> None:
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the last one to write has left
                return
            if not part:
                return
            seen.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    surroundings = os.environ | {"TERM": "xterm", "PYTHONPATH": str(REPOSITORY), "COLUMNS": "80"} | environment
    try:
        command = [sys.executable, *words]
        done = subprocess.run(command, env=surroundings, stdout=subprocess.PIPE, stderr=slave, check=False, timeout=120)
    finally:
        os.close(slave)
        reader.join()
        os.close(master)
    text = b"".join(seen).decode()
    assert done.returncode == 0, text
    return text, done.stdout.decode()
