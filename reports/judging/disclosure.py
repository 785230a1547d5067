"""The disclosure rule of method §6: a small cell crossed with a kecamatan or a platform shows only that it is small.

Where only one cell is hidden it could be computed from the total, so the next smallest is closed as well.
"""

from flows.method import METHOD


def is_small(platform: str, count: int | None) -> bool:
    """Whether a count is of a single platform and too small to be shown."""
    return platform != "all" and count is not None and count < METHOD.smallest_cell
