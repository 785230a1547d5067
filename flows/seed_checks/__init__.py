"""Whether a folder of seeds is complete and agrees with itself: a table of checks, each with the sentence it says.

A check gives what it finds as the words of its sentence. Rows of seeds that a folder shares with the shipped ones are
looked at too, since what the folder brings must fit them (a class needs a receiver).
"""

from pathlib import Path

from flows.seed_checks import cells, election, subjects
from flows.seed_checks.folder import Check, Seeds

CHECKS = (
    Check(
        "missing_file",
        "{file}.csv is missing: it belongs to the {owner}, and the one that ronda brings is of {shipped}; write it.",
        cells.missing_files,
    ),
    Check(
        "damaged_file", "{file}.csv cannot be read ({why}); save it as CSV with commas, in UTF-8.", cells.damaged_files
    ),
    Check("stray_file", "{file}.csv is no seed of ronda; correct its name or delete it.", cells.stray_files),
    Check("own_method", "{file}.csv is another, but the method is the same everywhere; delete it.", cells.own_methods),
    Check(
        "unknown_column",
        '{file}.csv has the unknown column "{column}"; its columns are {known}.',
        cells.unknown_columns,
    ),
    Check("missing_column", '{file}.csv has no column "{column}"; add it to the first line.', cells.missing_columns),
    Check(
        "ragged_row",
        "{file}.csv, line {line}: {cells} cells under {columns} columns; put a cell with a comma in quotation marks.",
        cells.ragged_rows,
    ),
    Check("empty_file", "{file}.csv has no row; write at least one.", cells.empty_files),
    Check("empty_cell", '{file}.csv, line {line}: the column "{column}" is empty; fill it in.', cells.empty_cells),
    Check(
        "template_cell",
        "{file}.csv, line {line}: {part} is still the template's; write what it asks for or delete the row.",
        cells.template_cells,
    ),
    Check("repeated_row", '{file}.csv, line {line}: "{what}" stands there twice; keep one row.', cells.repeated_rows),
    Check(
        "repeated_district",
        'places.csv has two districts of the {column} "{value}"; keep one.',
        subjects.repeated_districts,
    ),
    Check(
        "unknown_value",
        '{file}.csv, line {line}: "{value}" is no {column}; take one of {choices}.',
        cells.unknown_values,
    ),
    Check(
        "unknown_code",
        '{file}.csv{where}: the {column} "{code}" is not in {target}.csv; correct one of the two.',
        cells.unknown_codes,
    ),
    Check("missing_fact", 'election.csv has no value for "{key}"; fill it in.', election.missing_facts),
    Check(
        "unknown_fact", 'election.csv, line {line}: "{key}" is no key of ronda; delete the row.', election.unknown_facts
    ),
    Check(
        "unusable_fact",
        'election.csv: {key} is "{value}"; write a number from {low} to {high}.',
        election.unusable_facts,
    ),
    Check(
        "unknown_zone",
        'election.csv: "{zone}" is no time zone; write a name of the time-zone database, Area/City.',
        election.unknown_zones,
    ),
    Check(
        "wrong_zone_label",
        'election.csv: the zone {zone} is called {real}, not "{label}"; correct one of the two.',
        election.wrong_zone_labels,
    ),
    Check(
        "half_renamed",
        'election.csv: {key} "{value}" is of {shipped}, but {other} is another; correct one of the two.',
        election.half_renamed,
    ),
    Check(
        "unusable_day",
        '{file}.csv, line {line}: "{text}" in {column} is no day; write it as year-month-day, with leading zeros.',
        election.unusable_days,
    ),
    Check(
        "reversed_span", "{file}.csv, line {line}: {last} is before {first}; swap the days.", election.reversed_spans
    ),
    Check("phase_gap", "calendar.csv has no phase for the days {days}; add a row or move an end.", election.phase_gaps),
    Check(
        "phase_overlap",
        "calendar.csv: the phases {one} and {other} both hold {day}; move an end.",
        election.phase_overlaps,
    ),
    Check(
        "unknown_phase",
        'calendar.csv: the phase "{phase}" is unknown or missing; the phases are {known}, each at least once.',
        election.unknown_phases,
    ),
    Check(
        "voting_day_elsewhere",
        'The voting day {day} of election.csv lies in the phase "{phase}" of calendar.csv, which holds other days too; '
        "move an end.",
        election.voting_day_elsewhere,
    ),
    Check(
        "class_without_article",
        'articles.csv has no article for the class "{code}"; add one.',
        subjects.classes_without_article,
    ),
    Check(
        "class_without_receiver",
        'On voting day no office of receivers.csv receives the class "{code}"; add one or extend its days.',
        subjects.classes_without_receiver,
    ),
    Check("missing_kind", 'place_names.csv has no row of the kind "{kind}"; add at least one.', subjects.missing_kinds),
    Check("missing_clock", 'clocks.csv has no clock "{code}"; add it.', subjects.missing_clocks),
    Check(
        "claim_without_source",
        'fact_checks.csv, line {line}: the claim "{claim}" has no web address as its source; add the url.',
        subjects.claims_without_source,
    ),
)
# What the readers of the seeds themselves refuse; much of it the others have said, so it is heard only without them.
LAST = Check("refused", "{why}", subjects.refusals)


def check(folder: Path) -> list[str]:
    """What is missing or contradicts itself in a folder of seeds, as sentences; none where it can be used."""
    seeds = Seeds(folder)
    said = [each.sentence.format_map(found) for each in CHECKS for found in each.look(seeds)]
    return said or [LAST.sentence.format_map(found) for found in LAST.look(seeds)]
