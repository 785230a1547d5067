"""Compiles the kernel, so that no post waits for it: `python -m flows.labels.compiled`."""

from flows import processes
from flows.labels.compiled.batch import compiled_loop

processes.end_with_starter()
compiled_loop()
