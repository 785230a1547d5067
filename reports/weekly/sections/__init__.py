"""The sections of the weekly report, a module each; their order is in `reports/weekly/content.py`."""
