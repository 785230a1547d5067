"""The journal of an extraction: what a source answered, appended and on disk before anybody reads it.

One folder a source with the plan of its walks and the pages so far. It is open from the plan until its pages have
landed; a run that finds it open goes on from it. A page is whole or it is not there: an unfinished last line is cut.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Self

from flows.store.files import sync, write_whole


class Journal:
    """The open extraction of one source."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plan = folder / "plan.json"
        self._out: BinaryIO | None = None

    @property
    def is_open(self) -> bool:
        """Whether an extraction was begun and its pages have not landed yet."""
        return self._plan.is_file()

    def begin(self, plan: dict[str, Any], name: str) -> None:
        """Begins with a plan (plain values) and the name its pages will land under."""
        shutil.rmtree(self._folder, ignore_errors=True)
        write_whole(self._plan, json.dumps({"name": name, **plan}, ensure_ascii=False).encode())

    def plan(self) -> dict[str, Any]:
        """The plan as it was begun."""
        facts: dict[str, Any] = json.loads(self._plan.read_bytes())
        return facts

    @property
    def pages(self) -> Path:
        """The file of pages."""
        return self._folder / str(self.plan()["name"])

    def lines(self) -> Iterator[bytes]:
        """The pages so far, one line each; what a killed run left unfinished is cut off first."""
        path = self.pages
        if not path.is_file():
            return
        with path.open("r+b") as stream:
            whole = 0
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield line
            stream.truncate(whole)

    def __enter__(self) -> Self:
        self._out = self.pages.open("ab", buffering=0)
        sync(self._folder)
        return self

    def __exit__(self, *_: object) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def append(self, line: bytes) -> None:
        """Keeps a page; when this returns it is on disk."""
        assert self._out is not None  # noqa: S101 - used as a context
        self._out.write(line)
        os.fdatasync(self._out.fileno())

    def close(self) -> None:
        """The pages have landed; the journal is done with."""
        self._plan.unlink()
        shutil.rmtree(self._folder)
