"""Pieces: the unit of work of a load, so many bytes of a landed file that hold whole records.

What comes of a piece depends on nothing but the piece (`prepared.prepare`), so that pieces are prepared side by side,
by processes or by machines that see the same landing. Only files that ronda packed itself have several: those whose
records are lines are cut where a line begins, others that can be read as columns are gone through twice, for a half
each. Every other file is one piece.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple

from flows.files.opening import open_frames
from flows.loading import landing, reading
from flows.loading.landing import Cut, Landed
from flows.loading.mapped import WHOLE, Share
from flows.settings import Settings
from flows.sources.evidence import Evidence

HALVED_BYTES = 16 << 20  # of content, from which reading halves beside each other saves more than it costs
PIECE_BYTES = 24 << 20  # of content; the frames that a file was packed in are not parted
_FEWEST = 8  # pieces of a file of so many frames: those who work side by side end at about the same time
_START = Cut(0, 1)


class Piece(NamedTuple):
    """The records of a landed file that stand in its packed bytes from `start` to `end` (None: to its end).

    `first` is the number of its first line in the file, from 1, and `content` about how many bytes it holds unpacked.
    A `share` is told from the beginning of the file; `start` and `end` are then only about where it lies. `evidence` is
    what the whole file says, of which a piece knows a part.
    """

    landed: Landed
    start: int = 0
    end: int | None = None
    first: int = 1
    content: int = 0
    share: Share = WHOLE
    evidence: Evidence | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is its whole file."""
        return self.start == 0 and self.end is None

    @property
    def needed(self) -> tuple[int, int | None]:
        """The packed bytes that have to be there to read it: of a share, all."""
        return (self.start, self.end) if self.share == WHOLE else (0, None)


def whole(landed: Landed) -> Piece:
    """A file as one piece."""
    return Piece(landed, content=landed.bytes)


def pieces_of(settings: Settings, landed: Landed) -> list[Piece]:
    """A file in pieces of about `PIECE_BYTES`, in order. Raises InputRefusedError as `reading.format_of` does."""
    form = reading.format_of(settings, landed)
    if form.columnar and not form.is_by_line and landed.is_packed and landed.bytes >= HALVED_BYTES:
        return _halves(settings, landed)
    count = max(-(-landed.bytes // PIECE_BYTES), min(_FEWEST, len(landed.cuts) + 1))
    if count < 2 or not landed.cuts or not form.is_by_line:
        return [whole(landed)]
    size = landing.stored_path(settings.home, landed).stat().st_size
    starts = [_START]
    for cut in landed.cuts:
        if cut.start - starts[-1].start >= size / count and size - cut.start >= size / count / 2:
            starts.append(cut)
    ends = [*(cut.start for cut in starts[1:]), None]
    evidence = reading.evidence_of(settings, landed)
    return [
        Piece(landed, cut.start, end, cut.line, landed.bytes * ((end or size) - cut.start) // size, evidence=evidence)
        for cut, end in zip(starts, ends, strict=True)
    ]


def _halves(settings: Settings, landed: Landed) -> list[Piece]:
    middle = landing.stored_path(settings.home, landed).stat().st_size // 2
    shares = (Share(number, 2, landed.bytes) for number in (0, 1))
    evidence = reading.evidence_of(settings, landed)
    return [
        Piece(landed, start, end, content=landed.bytes // 2, share=share, evidence=evidence)
        for (start, end), share in zip(((0, middle), (middle, None)), shares, strict=True)
    ]


def opened(settings: Settings, piece: Piece) -> AbstractContextManager[BinaryIO]:
    """The content of a piece, unpacked."""
    if piece.is_whole or piece.share != WHOLE:
        return reading.opened(settings.home, piece.landed)
    path = landing.stored_path(settings.home, piece.landed)
    return open_frames(path, piece.start, piece.end or path.stat().st_size, piece.landed.bytes)


def packed_bytes(settings: Settings, piece: Piece) -> int:
    """How many bytes of the landing it takes."""
    return (piece.end or landing.stored_path(settings.home, piece.landed).stat().st_size) - piece.start


def bundles(pieces: Sequence[Piece], size: int = PIECE_BYTES) -> list[list[Piece]]:
    """Pieces joined, in order, to bundles that hold about as much as one piece: what one process does at a time."""
    gathered: list[list[Piece]] = []
    held = size
    for piece in pieces:
        if held + piece.content > size:
            gathered.append([])
            held = 0
        gathered[-1].append(piece)
        held += piece.content
    return gathered
