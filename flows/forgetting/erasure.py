"""`ronda erase`: a person's posts are erased, everywhere and for good, and the home keeps proof without the content.

The request is written first, as marks: from then on nothing that bears one is loaded. Then the places are emptied, the
warehouse last, so that an interrupted erasure is carried to its end by the same command.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.collecting import gone, refresh, watch_list
from flows.collecting.pull import state_folder
from flows.exits import Exit, InputRefusedError, UsageError
from flows.forgetting import copies, desk, holds, records, rows, sheets
from flows.loading import erasures, privacy, proof, rewriting
from flows.post import PLATFORMS
from flows.publishing import living
from flows.settings import Settings
from flows.sources.tombstone import Key
from flows.store import chain, warehouse
from flows.store.files import write_whole
from flows.store.runs import recorded

Say = Callable[[str], None]
_MARKED = "SELECT platform, post_id FROM base.posts WHERE md5(concat(?, platform, '/', post_id)) IN (FROM marks)"


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks to be erased: posts, and accounts (platform, handle) with all they wrote until now."""

    posts: frozenset[Key]
    authors: frozenset[tuple[str, str]]


def read_request(posts: Sequence[str], author: str | None, platform: str | None, listed: Path | None) -> Request:
    """A request as it is given: `PLATFORM/ID`, a handle, a list. Raises UsageError for what cannot be understood."""
    keys = set()
    for post in posts:
        name, _, post_id = post.partition("/")
        keys.add(holds.post_key(name, post_id, "--post"))
    keys |= _read_list(listed) if listed else set()
    handle = (author or "").strip().lstrip("@").lower()
    if platform and not handle:
        raise UsageError("--platform says where an author wrote; give --author too.")
    authors = {(name, handle) for name in ([platform] if platform else PLATFORMS)} if handle else set()
    if not keys and not authors:
        raise UsageError("Nothing was named; give --post PLATFORM/ID, --author HANDLE or --list FILE.")
    return Request(frozenset(keys), frozenset(authors))


def _read_list(path: Path) -> set[Key]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if not {"platform", "post_id"} <= set(reader.fieldnames or ()):
                raise UsageError(f"{path} is no list of posts; write a CSV with the columns platform and post_id.")
            listed = [(reader.line_num, row["platform"] or "", row["post_id"] or "") for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read ({error}); give a CSV with the columns platform and post_id."
        ) from error
    return {holds.post_key(platform, post_id, f"{path}, line {line}") for line, platform, post_id in listed}


def run(settings: Settings, request: Request, now: datetime, say: Say, *, dry_run: bool) -> Exit:
    """Carries a request out, or says what would go. DONE when all of it is done; REFUSED when something stays."""
    today = now.astimezone(settings.election.zone).date()
    held = holds.read(settings.home, today)
    with warehouse.exclusive(settings.home):
        keys, authors = _resolved(settings, request)
        kept = keys & held.keys()
        if kept:
            say(holds.sentence(kept, held))
        for sentence in _watched(settings, request):
            say(sentence)
        if dry_run:
            _preview(settings, keys - kept, say)
            return Exit.DONE
        with recorded(settings.home, "erase", {"posts": str(len(keys - kept)), "authors": str(len(authors))}) as record:
            secret = privacy.author_secret(settings)
            known = erasures.read(settings.home, secret)
            marks = {known.mark(key) for key in keys - kept}
            until = {} if kept else dict.fromkeys(authors, now)  # else what is held would go when it comes again
            if not marks <= known.posts or until.keys() - known.authors.keys():
                erasures.note(settings.home, now, marks, until)
            left = carry_out(settings, now, frozenset(handle for _, handle in request.authors), say)
            kept_elsewhere = copies.sentences(settings.home)
            record.note(held=left, notes=kept_elsewhere)
    for sentence in (*left, *kept_elsewhere):
        say(sentence)
    return Exit.REFUSED if kept or left else Exit.DONE


def _resolved(settings: Settings, request: Request) -> tuple[set[Key], set[str]]:
    """The posts of a request as far as they are known, and the keys of its authors."""
    secret = privacy.author_secret(settings)
    platforms, handles = [each[0] for each in request.authors], [each[1] for each in request.authors]
    named = pl.Series(platforms, dtype=pl.String), pl.Series(handles, dtype=pl.String)
    authors = set(privacy.author_keys(*named, secret)) if request.authors else set()
    with warehouse.opened(settings.home) as connection:
        query = "SELECT platform, post_id FROM base.posts WHERE list_contains(?, author_key)"
        written = connection.execute(query, [sorted(authors)]).fetchall()
    return {*request.posts, *written}, authors


def _watched(settings: Settings, request: Request) -> list[str]:
    """Accounts of a request that are watched, whose next posts come in by themselves."""
    watched = watch_list.read_watched(settings)
    return [
        f"{handle} is watched on {platform}; take it out of the watch list, or its next posts come in."
        for platform, handle in sorted(request.authors)
        if handle in {each.lower() for each in watched[platform].accounts}
    ]


def _preview(settings: Settings, keys: set[Key], say: Say) -> None:
    with warehouse.opened(settings.home) as connection, warehouse.as_tables(connection, going=erasures.as_frame(keys)):
        count = "SELECT count(*) FROM {} SEMI JOIN going USING (platform, post_id)"
        posts, seen, said = (
            connection.execute(count.format(table)).fetchall()[0][0]
            for table in ("base.posts", "base.observations", "base.reviews")
        )
        weeks = erasures.by_week(connection, keys)
    say(f"{posts:,} posts would be erased: {seen:,} records of the landing, {said:,} lines of review sheets.")
    for week, platforms in weeks.items():
        say(f"  {week}: {', '.join(f'{number:,} of {platform}' for platform, number in platforms.items())}")
    say("Numbers that were published stay; nothing was written.")


def carry_out(settings: Settings, now: datetime, names: frozenset[str], say: Say) -> list[str]:
    """Carries every request of the ledger to its end; gives a sentence for each place that resisted.

    `names` are handles of a request, which records of work are searched for too. The caller holds the warehouse.
    """
    zone = settings.election.zone.key
    known = erasures.read(settings.home, privacy.author_secret(settings))
    with warehouse.opened(settings.home) as connection:
        keys = _marked(connection, known)
        weeks = erasures.by_week(connection, keys) if keys else {}
        files = rows.files_of(connection, keys) if keys else set()
    emptied, words, left = _empty_landing(settings, keys, files, now)
    _forget_notes(settings, keys)
    desk.forget_posts(settings.home, keys)
    books = sheets.blank(settings, lambda key: known.mark(key) in known.posts, goes_whole=True) if known.posts else 0
    left += records.overwrite(settings.home, records.Gone(frozenset(keys), words, names)) if keys else []
    backups = len(copies.places(settings.home))  # may still hold it, which is said
    facts = {"posts": weeks, "landed_records": emptied, "review_sheets": books, "backups": backups}
    _close(settings.home, facts)
    if keys:
        with warehouse.opened(settings.home) as connection:
            rows.delete(connection, keys, zone)
    warehouse.compact(settings.home)
    settled = living.settle(settings)
    say(f"{len(keys):,} posts erased: {emptied:,} records of the landing, {books:,} review sheets rewritten.")
    if settled.weeks:
        say(f"Pages rendered again without them: {', '.join(settled.weeks)}.")
    return [*left, *settled.left]


def finish(settings: Settings, now: datetime) -> list[str]:
    """Carries interrupted requests to their end; gives a sentence for each place that resisted."""
    known = erasures.read(settings.home, privacy.author_secret(settings))
    stated = {entry.subject for entry in chain.read(settings.home)}
    is_open = any(erasures.subject(path) not in stated for path in erasures.files(settings.home))
    with warehouse.opened(settings.home) as connection:
        is_open = is_open or bool(known.posts and _marked(connection, known))
    return carry_out(settings, now, frozenset(), lambda _: None) if is_open else []


def _marked(connection: warehouse.Connection, known: erasures.Erasures) -> set[Key]:
    """The posts in the warehouse that bear a mark."""
    marks = pl.DataFrame({"mark": sorted(known.posts)}, schema={"mark": pl.String})
    with warehouse.as_tables(connection, marks=marks):
        return set(connection.execute(_MARKED, [known.mark_key]).fetchall())


def _close(home: Path, facts: dict[str, object]) -> None:
    """States the requests in the chain that are not stated yet; the counts stand with the first."""
    stated = {entry.subject for entry in chain.read(home)}
    for path in erasures.files(home):
        if erasures.subject(path) not in stated:
            erasures.close(home, path, facts)
            facts = {}


def _empty_landing(
    settings: Settings, keys: set[Key], files: set[str], now: datetime
) -> tuple[int, frozenset[str], list[str]]:
    """Tombstones in every landed file that may hold the posts: their number, what they said, and what resisted."""
    seen = proof.inspect(settings.home)
    words: set[str] = set()
    done, left = 0, [flaw.sentence for flaw in seen.flaws if flaw.stops] if keys else []
    for item in seen.files:
        if item.file_id not in files:
            continue
        try:
            rewritten = rewriting.rewrite(settings, item, keys, now, "erased")
        except (InputRefusedError, ValueError, OSError) as error:
            left.append(f"{item.file} may hold erased posts and cannot be rewritten ({error}); delete it by hand.")
            continue
        done, words = done + rewritten.records, words | rewritten.words
    refresh.empty_inbox(settings, files if done else set())
    return done, frozenset(words), left


def _forget_notes(settings: Settings, keys: set[Key]) -> None:
    """The list of records that were erased after removals names posts; the erased are taken out of it."""
    path = state_folder(settings) / "erased.txt"
    noted = gone.read_erased(path)
    kept = sorted(line for line in noted if line[1:] not in keys)
    if len(kept) < len(noted):
        write_whole(path, "".join(f"{' '.join(line)}\n" for line in kept).encode())
