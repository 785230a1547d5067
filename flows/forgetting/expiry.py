"""`ronda expire`: what is past its retention is emptied, everywhere, and a search through the home proves it.

The periods are rows of the seed `retention.csv`, days after voting day, each for a kind of content. Numbers stay: a
post becomes a row without words, author or address, and no later week reports a loss.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from flows.collecting import watch_list
from flows.exits import Exit, InputRefusedError
from flows.forgetting import copies, desk, erasure, holds, records, removed, rows, search, sheets
from flows.loading import erasures, landing, proof, rewriting
from flows.loading.landing import Landed
from flows.post import Post
from flows.publishing import living
from flows.reviewing import register
from flows.seeds import read_seed
from flows.settings import Settings
from flows.sources.tombstone import Key
from flows.store import chain, warehouse
from flows.store.chain import Note
from flows.store.files import all_paths, files_in, hash_file, write_whole
from flows.store.runs import Run, recorded

Say = Callable[[str], None]
_SAMPLE, _OF_EACH_FILE = 200, 20
_RUNS = "records of runs"
_LEAST_TEXT, _LEAST_NAME = 24, 8  # characters; what is shorter may stand anywhere
# Where the content of each row of the seed stands, as the beginnings of paths.
_PLACES = {
    "posts": ("warehouse.duckdb", "releases/"),
    "landing": ("landing/", "inbox/"),
    "rejects": ("warehouse.duckdb",),
    "reviews": ("review/", "warehouse.duckdb"),
    "evidence": ("releases/", "editions/"),
    "runs": ("runs/", "prefect/", "told.json", "file_states.json"),
    **desk.PLACES,
}


@dataclass(slots=True)
class Emptied:
    """What was emptied, by place, and sentences of what resisted."""

    counts: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def add(self, what: str, number: int) -> None:
        """Counts what was emptied."""
        if number:
            self.counts[what] = self.counts.get(what, 0) + number


def last_days(settings: Settings) -> dict[str, date]:
    """The last day on which each kind of content may be kept."""
    vote = settings.election.voting_day
    return {row["code"]: vote + timedelta(days=int(row["days"])) for row in read_seed("retention", settings.seeds)}


def due(settings: Settings, as_of: datetime) -> set[str]:
    """The kinds of content that are past their retention at a moment."""
    today = as_of.astimezone(settings.election.zone).date()
    return {code for code, last in last_days(settings).items() if today > last}


def run(settings: Settings, as_of: datetime, say: Say, *, dry_run: bool) -> Exit:
    """Empties what is past its retention, or says what that is; also ends what was begun to be forgotten.

    DONE when nothing of it is left; GATE when the search finds some of it; REFUSED when a file resisted.
    """
    today = as_of.astimezone(settings.election.zone).date()
    held = holds.read(settings.home, today)
    kinds = due(settings, as_of)
    if dry_run:
        _preview(settings, kinds, held, say)
        return Exit.DONE
    with warehouse.exclusive(settings.home), recorded(settings.home, "expire", {"as_of": as_of.isoformat()}) as record:
        forgotten = removed.forget(settings, as_of, everywhere=True)
        left = [*forgotten.landed.left, *erasure.finish(settings, as_of)]
        if not kinds:
            first = min(last_days(settings).values())
            say(f"Nothing is past its retention; the first content is on {first + timedelta(days=1)}.")
            return Exit.REFUSED if left else Exit.DONE
        if held:
            say(holds.sentence(held, held))
        sample = _sample(settings, held, kinds)
        emptied = _empty(settings, kinds, held, as_of, record)
        remains = _remains(settings, sample, kinds)
        if emptied.counts.keys() - {_RUNS}:  # of itself every run leaves a record
            _state(settings, as_of, kinds, emptied, len(sample), remains)
        record.note(held=[*left, *emptied.left], message=_told(emptied, sample, remains))
    say(_told(emptied, sample, remains))
    kept_elsewhere = copies.sentences(settings.home) if emptied.counts.keys() - {_RUNS} else []
    for sentence in (*left, *emptied.left, *kept_elsewhere):
        say(sentence)
    for path in sorted(remains):
        say(f"{path} still holds what has expired; look at it, then run `ronda expire` again.")
    return Exit.GATE if remains else Exit.REFUSED if left or emptied.left else Exit.DONE


def _told(emptied: Emptied, sample: frozenset[str], remains: Mapping[str, Any]) -> str:
    done = ", ".join(f"{number:,} {what}" for what, number in emptied.counts.items()) or "nothing new"
    looked = f"{len(sample):,} texts and names were searched for in every byte" if sample else "nothing to search for"
    return f"Expired: {done}. {looked}; found in {len(remains):,} files."


def _preview(settings: Settings, kinds: set[str], held: Mapping[Key, str], say: Say) -> None:
    for code, last in last_days(settings).items():
        say(f"{code}: kept until {last}{', would be emptied' if code in kinds else ''}")
    if held:
        say(holds.sentence(held, held))
    say("Nothing was written.")


def _empty(settings: Settings, kinds: set[str], held: Mapping[Key, str], now: datetime, record: Run) -> Emptied:
    emptied = Emptied()
    if "landing" in kinds:
        _empty_landing(settings, "posts", held, now, emptied)
        emptied.add("files of the inbox", _drop(settings, "inbox/done") + _drop(settings, "inbox/refused"))
    if "reviews" in kinds:
        _empty_landing(settings, "review", held, now, emptied)
        if held:
            emptied.add("review sheets", sheets.blank(settings, lambda key: key not in held, goes_whole=True))
        else:
            emptied.add("review sheets", _drop(settings, "review"))
    with warehouse.opened(settings.home) as connection:
        changed = rows.expire(connection, kinds, held, secrets.token_hex(16))
    for what, number in changed.items():
        emptied.add(what, number)
    if changed:
        warehouse.compact(settings.home)
    if kinds & {"posts", "evidence"}:
        settled = living.settle(settings, without_evidence="evidence" in kinds)
        emptied.add("weeks rendered again", len(settled.weeks))
        emptied.left += settled.left
    if "register" in kinds:
        emptied.add("registered accounts in the history of what was watched", watch_list.forget_registered(settings))
    for what, number in desk.expire(settings.home, kinds).items():
        emptied.add(what, number)
    if "runs" in kinds:
        runs, resisting = records.drop(settings.home, record.run_id)
        emptied.add(_RUNS, runs)
        emptied.left += resisting
    return emptied


def _empty_landing(settings: Settings, kind: str, held: Mapping[Key, str], now: datetime, emptied: Emptied) -> None:
    """Drops landed files of a kind; of one that holds a held post all other records become tombstones."""
    seen = proof.inspect(settings.home)
    emptied.left += [flaw.sentence for flaw in seen.flaws if kind == "posts"]
    for item in seen.files:
        if item.kind != kind:
            continue
        try:
            keys = _keys(settings, item) if held else set()
            if kind == "posts" and not keys & held.keys():
                landing.drop(settings.home, item, kind="expired", posts=_first_seen(settings, item))
                emptied.add("landed files", 1)
                continue
            if kind == "review" and not held:
                landing.drop(settings.home, item, kind="expired")
                emptied.add("landed files", 1)
                continue
            gone = keys - held.keys() if kind == "posts" else _All(held)
            emptied.add("landed records", rewriting.rewrite(settings, item, gone, now, "expired").records)
        except (InputRefusedError, ValueError, OSError) as error:
            emptied.left.append(f"{item.file} has expired and cannot be read ({error}); delete it by hand.")


class _All(frozenset[Key]):
    """Every post but those that are held."""

    def __contains__(self, key: object) -> bool:
        return not super().__contains__(key)

    def __iter__(self) -> Iterator[Key]:
        return iter(())


def _keys(settings: Settings, item: Landed) -> set[Key]:
    return {(post.platform, post.post_id) for post in erasures.posts_of(settings, item)}


def _first_seen(settings: Settings, item: Landed) -> dict[str, dict[str, int]]:
    """The posts that a landed file brought first: those that a warehouse made anew will lack."""
    with warehouse.opened(settings.home) as connection:
        query = "SELECT platform, post_id FROM base.observations WHERE file_id = ? AND is_first"
        keys = connection.execute(query, [item.file_id]).fetchall()
        return erasures.by_week(connection, keys) if keys else {}


def _drop(settings: Settings, folder: str) -> int:
    paths = [path for path in all_paths(settings.home / folder) if path.is_file()]
    for path in paths:
        path.unlink()
    return len(paths)


# ------------------------------------------------------------------------------------------------------- the proof


def _sample(settings: Settings, held: Mapping[Key, str], kinds: set[str]) -> frozenset[str]:
    """Texts, handles, names and addresses that are in the home before it is emptied, but for what a hold keeps."""
    known: list[Post] = []
    kept: list[str] = []
    for item in proof.inspect(settings.home).files:
        try:
            posts = erasures.posts_of(settings, item)
        except (InputRefusedError, OSError):  # told when it is to be emptied
            continue
        kept += [str(tuple(post)) for post in posts if (post.platform, post.post_id) in held]
        known += islice((post for post in posts if (post.platform, post.post_id) not in held), _OF_EACH_FILE)
    with warehouse.opened(settings.home) as connection:
        stored = connection.execute("SELECT platform, post_id, text, text_pi, url_pi, author_name_pi FROM base.posts")
        stored_rows = stored.fetchall()
    kept += [str(row) for row in stored_rows if (row[0], row[1]) in held]
    living_ = (row[2:] for row in stored_rows if (row[0], row[1]) not in held and any(row[2:]))
    said = [(post.text, post.author, post.url, post.author_name) for post in known]
    said += [(text or raw, None, url, name) for text, raw, url, name in islice(living_, _SAMPLE)]
    registered = {each for names in register.watched(settings.home).values() for each in names}
    public = {each.lower() for accounts in watch_list.public_accounts(settings).values() for each in accounts}
    public |= registered if "register" not in kinds else set()
    public |= {row["handle"].lower() for row in read_seed("accounts", settings.seeds) if row.get("handle")}
    words = {
        *(word for text, _, url, _ in said for word in (text, url) if word and len(word) >= _LEAST_TEXT),
        *(word for _, author, _, name in said for word in (author, name) if word and len(word) >= _LEAST_NAME),
        *(name for name in registered if "register" in kinds and len(name) >= _LEAST_NAME),
    }
    everything = "\n".join(kept)
    fit = (word for word in sorted(words) if word.lower() not in public and word not in everything)
    return frozenset(islice((word for word in fit if not any(name in word.lower() for name in public)), _SAMPLE))


def _remains(settings: Settings, sample: frozenset[str], kinds: set[str]) -> dict[str, list[str]]:
    """The files, of those that had to be emptied, that still hold something of the sample."""
    places = tuple(place for kind in kinds for place in _PLACES[kind])
    seen = search.find(settings.home, sample)
    return {path: words for path, words in seen.items() if path.startswith(places)}


def _state(  # noqa: PLR0913, PLR0917 - the facts of the record
    settings: Settings, as_of: datetime, kinds: set[str], emptied: Emptied, searched: int, remains: Mapping[str, Any]
) -> None:
    """Writes what was emptied, and what the search came to, into the ledger and its chain."""
    path = settings.home / "ledger" / chain.EXPIRIES / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"
    facts = {
        "as_of": as_of.isoformat(),
        "kinds": sorted(kinds),
        "emptied": emptied.counts,
        "searched": searched,
        "remains": sorted(remains),
    }
    write_whole(path, json.dumps(facts, indent=1).encode() + b"\n")
    counts = {"emptied": emptied.counts, "searched": searched, "remains": len(remains)}
    chain.append(settings.home, [Note("expired", f"{chain.EXPIRIES}/{path.stem}", hash_file(path), counts)])


def records_of(settings: Settings) -> list[dict[str, Any]]:
    """Every record of what was emptied, oldest first."""
    return [json.loads(path.read_bytes()) for path in files_in(settings.home / "ledger" / chain.EXPIRIES, ".json")]
