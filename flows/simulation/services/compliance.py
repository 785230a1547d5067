"""TikTok's batch compliance: which of the ids handed in still exist, in three steps."""

import re
from collections.abc import Callable

from flows.simulation.services.video_query import InvalidParams

MOST_IDS = 10_000
_PROCESSING = 2  # times a task is still being worked on
_PART = re.compile(rb'name="(\w+)"(?:; filename="[^"]*")?\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)


class Tasks:
    """The tasks handed in; numbers are larger than 64 bits, as the platform's documentation shows them."""

    def __init__(self) -> None:
        self.ids: dict[int, list[str]] = {}
        self.asked: dict[int, int] = {}

    def create(self, content_type: str, body: bytes) -> int:
        """The number of a new task, from a multipart body; raises InvalidParams."""
        parts = dict(_PART.findall(body)) if content_type.startswith("multipart/form-data") else {}
        ids = re.split(rb"[\s,]+", parts.get(b"file_data", b"").strip())
        if parts.get(b"category") not in (b"video", b"comment"):
            raise InvalidParams("category must be video or comment")
        if not ids[0] or len(ids) > MOST_IDS or not all(one.isdigit() for one in ids):
            raise InvalidParams(f"file_data must hold 1 to {MOST_IDS} ids")
        task = 98_765_432_109_876_543_210 + len(self.ids)
        self.ids[task], self.asked[task] = [one.decode() for one in ids], 0
        return task

    def status(self, task: int) -> str:
        """Processing, then Completed."""
        self._known(task)
        self.asked[task] += 1
        return "Processing" if self.asked[task] <= _PROCESSING else "Completed"

    def valid(self, task: int, exists: Callable[[str], bool]) -> bytes:
        """The ids of a completed task that still exist, one a line."""
        if self.asked.get(task, 0) <= _PROCESSING:
            raise InvalidParams(f"Task {task} is not completed")
        return "".join(f"{one}\n" for one in self.ids[task] if exists(one)).encode()

    def _known(self, task: int) -> None:
        if task not in self.ids:
            raise InvalidParams(f"Task {task} does not exist")
