"""Compiles the kernel, and the scans of records, so that no post waits for them: `python -m flows.labels.compiled`."""

from flows import processes
from flows.files.csv_columns import compile_rows
from flows.files.json_columns import compile_scan
from flows.files.json_lists import compile_outline
from flows.labels.compiled.batch import compiled_loop

processes.end_with_starter()
compile_scan()
compile_rows()
compile_outline()
compiled_loop()
