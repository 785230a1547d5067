"""Tables: rows of finished text for page, print and workbook, and the data files."""
