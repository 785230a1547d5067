"""What every file ronda reads is in: a `Format`. `flows.sources.formats` lists them.

`records` walks a decompressed stream and yields one `Record` per raw record, or a `Fault` where bytes could not be
read as one; it never raises for bad input and never holds more than one record (or one page) in memory.
`post` maps one raw record to a `Post` and raises `Rejected`; it is pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol

from flows.files.csv_records import IsHeader
from flows.files.layout import Layout
from flows.files.record import Fault, Record
from flows.post import Post, Reason, Rejected

if TYPE_CHECKING:
    from flows.sources.evidence import Evidence
    from flows.sources.taking import Columnar

# What the records of a format are, and so which tables they go to: posts and removals of posts, days of collection,
# what coders say of posts.
Kind = Literal["posts", "collection", "review"]


def no_post(raw: Any) -> Post:  # noqa: ARG001 - the shape of all formats
    """The row of a sheet is no post. Raises Rejected."""
    raise Rejected(Reason.NOT_A_POST, "a row of a sheet")


class Study(Protocol):
    """How a whole file is looked through before it is read."""

    def look(self, form: "Format", stream: BinaryIO) -> "Evidence":
        """What the values of a file say together."""

    def fit(self, form: "Format", evidence: "Evidence") -> "Format":
        """The format as it fits a file that says so."""


@dataclass(frozen=True, slots=True)
class Format:
    """One input format in one layout.

    `recognise` looks at the first bytes of a file (`files.sample`, from one of `files.starts` on) and answers the
    platform ("tiktok", "facebook", "instagram", or "mixed" where records say it themselves), or None: not mine.

    Only a format of the kind "posts" has a `post`; the records of the others are rows that can be loaded as they are.
    `platform` is set where a format has a reader for each, `inside` where one JSON value holds several records,
    read with what `carry` took from the value before it.
    `holds_secrets`: its files carry access tokens, which are masked when one lands. `is_by_line`: every record is a
    line and needs no other, so that lines from the midst of a file are read as they are in the whole. `columnar` reads
    many records at once, with the same mappings as `post`; `is_header` knows the header of a table.

    `study` looks through a whole file and gives the format as it fits that file; `notes` are then sentences on what in
    it stays unknown, and why.
    """

    name: str
    layout: Layout
    recognise: Callable[[bytes], str | None]
    records: Callable[[BinaryIO], Iterator[Record | Fault]]
    post: Callable[[Any], Post] = no_post
    kind: Kind = "posts"
    platform: str | None = None
    inside: Callable[..., Iterator[Any]] | None = None
    carry: Callable[[Any], Any] | None = None
    study: Study | None = None
    notes: tuple[str, ...] = ()
    holds_secrets: bool = False
    is_by_line: bool = False
    columnar: "tuple[Columnar, ...]" = ()
    is_header: IsHeader | None = None

    def fitted(self, stream: BinaryIO) -> "Format":
        """The format as it fits one file, given by its content."""
        return self if self.study is None else self.study.fit(self, self.study.look(self, stream))

    @property
    def key(self) -> str:
        """Names it among all formats, as the manifest of a landed file does: `apify/tiktok/lines`."""
        return "/".join(part for part in (self.name, self.platform, self.layout) if part)
