"""Records read as columns come to what they come to one by one."""

import io
from collections.abc import Callable
from typing import BinaryIO

import polars as pl

from flows.loading.mapped import Mapped, Sight, read_frames, read_posts
from flows.post import Post
from flows.sources.format import Format

SIGHT = Sight(1_706_800_000, 1_706_900_000)


class Broken(io.BytesIO):
    """A stream whose compressed bytes end early."""

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        if not part:
            raise EOFError("the compressed file ends early")
        return part


def assert_alike(
    form: Format, content: bytes, sight: Sight = SIGHT, stream: Callable[[bytes], BinaryIO] = io.BytesIO
) -> pl.DataFrame:
    """That both ways come to the same posts and rejects; gives the posts."""
    assert form.columnar
    alone = list(read_posts(form, stream(content), sight))
    frames = list(read_frames(form, stream(content), sight))
    posts = pl.concat([Mapped.of([]).posts, *(frame.posts for frame in frames)])
    assert posts.equals(Mapped.of(alone).posts), content
    rejects = [reject for frame in frames for reject in frame.rejects]
    assert rejects == [(number, item) for number, item in alone if not isinstance(item, Post)], content
    if alone:
        assert max(frame.last for frame in frames) == alone[-1][0]
    return posts
