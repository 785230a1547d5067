"""Records read as columns come to what they come to one by one."""

import io

import polars as pl

from flows.loading.mapped import Mapped, Sight, read_frames, read_posts
from flows.post import Post
from flows.sources.format import Format

SIGHT = Sight(1_706_800_000, 1_706_900_000)


def assert_alike(form: Format, content: bytes, sight: Sight = SIGHT) -> pl.DataFrame:
    """That both ways come to the same posts and rejects; gives the posts."""
    assert form.columnar is not None
    alone = list(read_posts(form, io.BytesIO(content), sight))
    frames = list(read_frames(form, io.BytesIO(content), sight))
    posts = pl.concat([Mapped.of([]).posts, *(frame.posts for frame in frames)])
    assert posts.equals(Mapped.of(alone).posts), content
    rejects = [reject for frame in frames for reject in frame.rejects]
    assert rejects == [(number, item) for number, item in alone if not isinstance(item, Post)], content
    if alone:
        assert max(frame.last for frame in frames) == alone[-1][0]
    return posts
