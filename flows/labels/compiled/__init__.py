"""The compiled kernel: what `spelling.py` and `reference.py` say, on Arrow string buffers, all outputs in one pass.

`letters`, `tokens`, `rules` and `scoring` hold its parts, `batch` the loops over texts. The machine code is kept by
numba beside these files (`__pycache__`), or, where that cannot be written, in the folder of the variable
NUMBA_CACHE_DIR or the user's cache folder, so that a second process does not compile.
"""
