"""Faults of the machine, of files and of people that a home must survive: `python -m tests.faults` prints one table.

A family is a module with a function `run(folder, scale)` that gives outcomes, named in `tests/faults/__main__.py`.
"""
