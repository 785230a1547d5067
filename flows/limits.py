"""What one input may cost, in one place: beyond it reading ends with a sentence or a counted reject.

The limits lie far above what people and platforms write, and far below what a small file can be made to unpack to. The
`REFERENCE.md` has them as a table.
"""

RECORD_BYTES = 16 << 20  # of a line, a CSV row, an element of JSON, a row of Parquet
TEXT_CHARACTERS = 100_000  # of all words of a post together; Facebook's longest post has 63,206
COLUMNS = 16_384  # of a table, as many as a spreadsheet has

# What is compressed unpacks to at most so many times its bytes, and to less than this anyway. Exports come to 5 to 40.
EXPANSION = 100
EXPANSION_FREE_BYTES = 16 << 20
CELL_BYTES = 8  # that a cell of Parquet counts at least, with or without a value

BLANK_LINES = 1_000_000  # one after the other, before reading ends
REJECTS_IN_A_ROW = 100_000  # kept of records none of which can be used, before reading ends
TOGETHER = 1 << 16  # lines, or documents, that become columns at once: blank or empty ones would be millions

BATCH_CHARACTERS = 32 << 20  # of the texts that are labelled together, whatever their number

SHEET_BYTES = 256 << 20  # of all parts of a workbook, unpacked; they are read in a stream
SHARED_BYTES = 128 << 20  # of the texts that its cells share, which are held in memory
SHARED_TEXTS = 1_000_000  # and no more than the workbook has bytes, where they are more than a tenth of this
PART_BYTES = 2 << 20  # of what describes a workbook: its styles, its names
SHEET_ROWS = 1_048_576  # what a sheet can have
SHEET_CELLS = 32 << 20
