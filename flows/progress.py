"""Long work as a person sees it: bars with rate and time left on a terminal, a plain line now and then elsewhere.

All of it is written to standard error; standard output holds nothing but results. Core functions know none of this:
they are given an `Advance`, a plain callable. Where nobody watches (`ronda serve`, tests) it does nothing.
"""

import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, TextIO

# How much is done, and of how much; None: nobody knows.
Advance = Callable[[int, int | None], None]

LINE_SECONDS = 10.0  # between two lines about the same step where there is no terminal
_REFRESHES = 5  # a second, on a terminal
# Control characters but tab and the end of a line, those that turn the direction of writing or end a line unseen, tags
# that nobody sees, and what is left of names that are no text.
_CONTROLS = (
    *(*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)),
    *(0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF),
    *(*range(0xD800, 0xE000), *range(0xE0000, 0xE0080)),
)
_WRITTEN_OUT = {
    code: f"\\u{code:04x}" if code < 0x10000 else json.dumps(chr(code)).strip('"')  # as in JSON, which stays itself
    for code in _CONTROLS
}
_LINE_END = {0x09: "\\t", 0x0A: "\\n"}
_REMEMBERED = 600.0  # seconds of a step's history that its time left is drawn from


def unseen(done: int, total: int | None) -> None:
    """An Advance that nobody looks at."""


@dataclass(slots=True)
class Step:
    """A piece of work: what it is, what is counted, when it was first and last told of, and its bar on a terminal."""

    title: str
    unit: str
    began: float = -1.0
    told: float = -1.0
    bar: Any = None

    def begin(self) -> None:
        """Its time runs from the first word of it."""
        if self.began < 0:
            self.began = self.told = time.monotonic()

    def amount(self, done: int, total: int | None) -> str:
        """How much is done, of how much, and how fast; bytes as megabytes."""
        scale, digits, unit = (1e6, 1, "MB") if self.unit == "bytes" else (1.0, 0, self.unit)
        figures = " of ".join(f"{number / scale:,.{digits}f}" for number in (done, total) if number is not None)
        if not done:
            return f"{figures} {unit}"
        rate = done / scale / max(self.seconds, 0.001)
        speed = f"{rate:,.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min"
        return f"{figures} {unit}, {speed}"

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.began


class _Display(Protocol):
    def advance(self, step: Step, done: int, total: int | None) -> None: ...

    def end(self, step: Step) -> None: ...

    def print(self, line: str, stream: TextIO) -> None: ...


class _Lines:
    """For a file, a pipe or a journal: a line every `LINE_SECONDS`, so that short work says nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def advance(self, step: Step, done: int, total: int | None) -> None:
        step.begin()
        if time.monotonic() - step.told < LINE_SECONDS:
            return
        step.told = time.monotonic()
        left = f", {step.seconds * (total - done) / done:.0f} s left" if total is not None and done else ""
        self.print(f"{step.title}: {step.amount(done, total)}{left}", self._stream)

    def end(self, step: Step) -> None:
        """Lines stay."""

    def print(self, line: str, stream: TextIO) -> None:
        print(line, file=stream, flush=True)


class _Bars:
    """For a terminal: a bar for every step that is under way, gone when it ends; lines appear above them."""

    def __init__(self, console: Any) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._lock = threading.RLock()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(16),
            TextColumn("{task.fields[amount]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            transient=True,
            redirect_stdout=False,  # results go where they are asked to go
            refresh_per_second=_REFRESHES,
            speed_estimate_period=_REMEMBERED,
        )

    def advance(self, step: Step, done: int, total: int | None) -> None:
        step.begin()
        with self._lock:
            left = "" if total is None else "left" if done < total else "finishing"
            facts: dict[str, Any] = {"amount": step.amount(done, total), "left": left}
            if step.bar is None:
                step.bar = self._bars.add_task(step.title, total=total, **facts)
                self._bars.start()
            self._bars.update(step.bar, completed=done, total=total, **facts)
            for other in self._bars.tasks:
                if other.finished and other.id != step.bar:  # the next has begun
                    self._bars.update(other.id, visible=False)

    def end(self, step: Step) -> None:
        with self._lock:
            if step.bar is not None:
                self._bars.remove_task(step.bar)
            if not self._bars.tasks:
                self._bars.stop()

    def print(self, line: str, stream: TextIO) -> None:
        with self._lock:
            self._bars.stop()
            print(line, file=getattr(stream, "rich_proxied_file", stream), flush=True)
            if self._bars.tasks:
                self._bars.start()


class _Watch:
    """Somebody looks at a stream; how it is drawn on is decided when there is something to draw."""

    def __init__(self, stream: TextIO) -> None:
        self.display: _Display | None = None
        self._stream = stream
        self._lock = threading.Lock()

    def drawn(self) -> _Display:
        """Bars where they can be drawn, else lines."""
        with self._lock:
            if self.display is None:
                self.display = _bars_on(self._stream) or _Lines(self._stream)
            return self.display


def _bars_on(stream: TextIO) -> _Bars | None:
    if not stream.isatty():
        return None
    from rich.console import Console

    console = Console(file=stream)
    return None if console.is_dumb_terminal else _Bars(console)


_WATCHES: list[_Watch] = []


@contextmanager
def watched() -> Iterator[None]:
    """Somebody looks at standard error as long as the block lasts."""
    watch = _Watch(sys.stderr)
    _WATCHES.append(watch)
    try:
        yield
    finally:
        _WATCHES.remove(watch)


@contextmanager
def step(title: str, unit: str) -> Iterator[Advance]:
    """Work that takes long, with the callable that tells how far it is; `unit` is what is counted."""
    if not _WATCHES:
        yield unseen
        return
    watch, own = _WATCHES[-1], Step(title, unit)

    def advance(done: int, total: int | None) -> None:
        if total != 0:
            watch.drawn().advance(own, done, total)

    try:
        yield advance
    finally:
        if watch.display is not None:
            watch.display.end(own)


def say(line: str) -> None:
    """Prints a result, on standard output."""
    _print(line, sys.stdout)


def say_line(line: str) -> None:
    """Prints a result that is one line, whatever names are in it."""
    say(one_line(line))


def note(line: str) -> None:
    """Prints what is being done, or went wrong, on standard error."""
    _print(line, sys.stderr)


def visible(text: str) -> str:
    """A text whose control characters act on no terminal, written as in JSON; names and posts come from outside."""
    return text.translate(_WRITTEN_OUT)


def _unread(stream: TextIO) -> None:
    """Nobody reads on: what is left to be said goes nowhere, and the work goes on to its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def one_line(text: str) -> str:
    """The same of what is one line, as a name: the end of a line in it ends none."""
    return visible(text).translate(_LINE_END)


def guard_terminal() -> None:
    """From now on the records of every log and the traceback of an error are written like all else, visibly."""
    made = logging.getLogRecordFactory()
    if getattr(made, "is_guarded", False):
        return

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        record.msg, record.args = visible(record.getMessage()), None
        if record.exc_info and record.exc_info[0]:
            record.exc_text = visible("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record

    make.is_guarded = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make)
    sys.excepthook = _show_traceback


def _show_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    note("".join(traceback.format_exception(kind, error, trace)).rstrip())


def _print(line: str, stream: TextIO) -> None:
    display = _WATCHES[-1].display if _WATCHES else None
    try:
        if display is None:
            print(visible(line), file=stream, flush=True)
        else:
            display.print(visible(line), stream)
    except BrokenPipeError:
        _unread(stream)
