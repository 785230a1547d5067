"""From tables to what people read: charts, weekly report, briefing, workbook, data files and the index of weeks.

Start in `render.py`; the input contract is `edition.py`. Everything here is a function of its inputs: no clock, no
environment, no network, and the same inputs give the same bytes.
"""
