"""The data files of a week: every public table as Parquet; edition, versions and embargo are in the metadata."""

from pathlib import Path

from reports.reading.contract import CONTRACT
from reports.reading.facts import Facts

NOT_PUBLISHED = frozenset(  # in the database of the release
    {
        *("core.calendar", "core.collection", "core.review_items", "core.watches"),
        *("trends.weekly_cases", "core.cases"),
        *("seeds.receivers", "seeds.official_sources"),
    }
)


def write_data(facts: Facts, folder: Path, source: str) -> list[Path]:
    """One Parquet file a table, named after it without its schema (`weekly_platform.parquet`); returns the paths."""
    edition = facts.edition
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "source": source,
        "week": str(edition.week),
        "as_of": edition.local.isoformat(),
        "publication": str(edition.publication),
        "embargoed": "true" if edition.embargoed else "false",
        "label_version": edition.label_version,
        "data_version": edition.data_version,
        "code_version": edition.code_version,
    }
    paths = []
    for name in CONTRACT:
        if name in NOT_PUBLISHED:
            continue
        path = folder / f"{name.rsplit('.', 1)[-1]}.parquet"
        facts.tables[name].write_parquet(path, compression="zstd", metadata=about)
        paths.append(path)
    return paths
