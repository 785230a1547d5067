"""Compiles the kernel, so that no post waits for it: `python -m flows.labels.compiled`."""

from flows.labels.compiled.batch import compiled_loop

compiled_loop()
