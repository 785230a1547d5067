"""Keys that lie in files of RONDA_HOME, which only their owner can read."""

import os
import secrets
from pathlib import Path

from flows.exits import UsageError
from flows.store.files import draft_beside, make_folder, sync

KEY_BYTES = 32
_OTHERS = 0o077


def write_key(path: Path, key: str) -> None:
    """Writes a key that only its owner can read, unless there is one already."""
    make_folder(path.parent)
    draft = draft_beside(path)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(key + "\n")
    try:
        sync(draft)
        os.link(draft, path)  # never replaces a key that another process made meanwhile
        sync(path.parent)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def credential(path: Path, user: str) -> str:
    """`user:password`, with a password nobody can guess, from a file that is made on first use.

    Raises UsageError where others may read the file, or it holds no such line.
    """
    if not path.exists():
        write_key(path, f"{user}:{secrets.token_hex(KEY_BYTES)}")
    if path.stat().st_mode & _OTHERS:
        raise UsageError(f"{path} can be read by others; delete it, and a new one is made.")
    line = path.read_text(encoding="ascii", errors="replace").strip()
    name, _, password = line.partition(":")
    if name != user or len(password) != 2 * KEY_BYTES or not password.isalnum():
        raise UsageError(f"{path} does not hold the login it was made with; delete it, and a new one is made.")
    return line
