"""The compiled kernel, the one implementation of the rules by words: on Arrow string buffers, all outputs in one pass.

`letters` folds characters and `tokens` makes words of them; `matching` reads the patterns of `roles.csv`, `rules` masks
contestants and adds up what words tell, `scoring` lists and weighs features, `phrases` is the layer of detectors;
`batch` is the loop over texts. Labels, training, explanations and tests all ask it; `tests/labels_oracle` says the same
slowly. The machine code is kept by numba beside these files (`__pycache__`), or, where that cannot be written, in the
folder of the variable NUMBA_CACHE_DIR or the user's cache folder, so that a second process does not compile.
"""
