"""What protects people: keyed hashes instead of authors, masks instead of addresses and numbers in texts.

Source of the rule: UU 27/2022 on personal data; the key lies outside the database, so that the database alone
identifies nobody.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from flows.exits import UsageError
from flows.loading.numbers import find_numbers
from flows.loading.shadow import Part, cast
from flows.settings import Settings
from flows.sources import SOURCES
from flows.store import chain
from flows.store.keys import KEY_BYTES, write_key

_DIGEST_BYTES = 16
_LOWER_HALF = np.dtype([("first", "V8"), ("lower", "<u8")])  # of an MD5
OTHER_KEY = "The key of the authors is not the one that this home was loaded with; restore it from a backup."

ADDRESS, MENTION = "[surel]", "@akun"
_TAKEN = "\x1f"  # what a shadow never holds: stands for a part that is masked already

# Texts that may hold something to mask: the at sign of an address or mention; numbers that are no plain digits, or
# eight digits without a letter between them. Both are wider than the masks, and quicker.
_SIGNED = r"[@＠﹫]|[(\[{] ?[aA][tT] ?[)\]}]"
_NUMBERED = r"\p{No}|(?:\p{Nd}(?:[^\p{Nd}\p{L}]|[\x{115F}\x{1160}\x{3164}\x{FFA0}])*){7}\p{Nd}"
_SIGN = re.compile(r"@+[^\w\s\x00-\x7f]{0,3}")  # a nickname may begin with an emoji
_SPELLED_SIGN = re.compile(_SIGN.pattern + r"| ?[(\[{] ?at ?[)\]}] ?", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w\-]+(?:(?:\.|\.? ?[(\[{] ?(?:dot|titik) ?[)\]}] ?)[\w\-]+)+", re.IGNORECASE)
_HANDLE = re.compile(r"\w[\w.]*")
# Before an amount the sign means "each": @Rp5.000, @25rb, @5.000, @25 ribu.
_AMOUNT_WORDS, _LONGEST_AMOUNT = frozenset(("rp", "rb", "ribu", "jt", "juta")), 12
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+\.?")
_DIGITS = str.maketrans("", "", "0123456789.")


def author_secret(settings: Settings) -> bytes:
    """The key of the author hashes: from the setting, else from RONDA_HOME/secret.key, which is made on first use."""
    if settings.author_key is not None:
        return _parse_key(settings.author_key.get_secret_value(), "RONDA_AUTHOR_KEY")
    path = settings.home / "secret.key"
    if not path.exists():
        write_key(path, secrets.token_hex(KEY_BYTES))
    return _parse_key(path.read_text(encoding="ascii").strip(), path.name)


def _parse_key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(f"The author key in {where} must be {KEY_BYTES * 2} hexadecimal digits; restore it.")
    return key


def author_keys(platform: pl.Series, author: pl.Series, key: bytes) -> pl.Series:
    """Keyed hashes (32 hex digits) of platform and author; null where the author is unknown."""
    pairs = pl.DataFrame({"platform": platform, "author": author})
    distinct = pairs.unique().drop_nulls()
    hashes = [
        hashlib.blake2b(f"{platform}:{author}".encode(), key=key, digest_size=_DIGEST_BYTES).hexdigest()
        for platform, author in distinct.iter_rows()
    ]
    table = distinct.with_columns(pl.Series("author_key", hashes, dtype=pl.String))
    return pairs.join(table, on=["platform", "author"], how="left", maintain_order="left")["author_key"]


def note_key(home: Path, key: bytes) -> list[str]:
    """Notes in the chain by which key the authors of a home are known; a sentence where it was another one before."""
    known = known_key(chain.read(home))
    if known is None:
        chain.append(home, [chain.Note("keyed", "key", fingerprint(key))])
        return []
    return [] if known == fingerprint(key) else [OTHER_KEY]


def known_key(entries: Sequence[chain.Entry]) -> str | None:
    """The fingerprint of the key that a home was loaded with; None before the first load."""
    return next((entry.content for entry in entries if entry.kind == "keyed"), None)


def fingerprint(key: bytes) -> str:
    """What tells one key from another, and nothing of it."""
    return hashlib.blake2b(b"fingerprint", key=key, digest_size=32).hexdigest()


def text_hashes(texts: pl.Series, key: bytes) -> pl.Series:
    """Hashes of texts as they were posted (numbers of 64 bits), by which edits are told; null where there is no text.

    They are keyed by the secret key: a plain hash would confirm whoever guesses the telephone number that is masked in
    a text. `md5_number_lower` of the database gives the same of the key's hash before the text.
    """
    secret = hashlib.blake2b(b"text", key=key, digest_size=_DIGEST_BYTES).hexdigest()
    begun = hashlib.md5(secret.encode(), usedforsecurity=False)
    digests = []
    for text in texts.drop_nulls().cast(pl.Binary):
        digest = begun.copy()
        digest.update(text)
        digests.append(digest.digest())
    numbers = np.frombuffer(b"".join(digests), _LOWER_HALF)["lower"]
    hashes = pl.Series("text_hash", [None], dtype=pl.UInt64).new_from_index(0, len(texts))
    return hashes.scatter(texts.is_not_null().arg_true(), pl.Series(numbers, dtype=pl.UInt64))


def text_group_key(key: bytes) -> bytes:
    """The key of the published hashes that say which posts have the same words, made from the secret key."""
    return hashlib.blake2b(b"text group", key=key, digest_size=_DIGEST_BYTES).digest()


def unit_seed(key: bytes) -> int:
    """The seed of the hashes that say which posts are one event, made from the secret key: 64 bits."""
    return int.from_bytes(hashlib.blake2b(b"unit", key=key, digest_size=8).digest())


def _local_part(shadow: str, end: int, first: int) -> int:
    """Where the part of an address before its at sign begins, not before `first`."""
    while end > first and (shadow[end - 1].isalnum() or shadow[end - 1] in "_.+-"):
        end -= 1
    return end


def _is_amount(name: str, after: str) -> bool:
    """Whether what follows "@" is a price and no handle."""
    letters = name.translate(_DIGITS).lower()
    if letters:
        return letters in _AMOUNT_WORDS and len(name) <= _LONGEST_AMOUNT
    return bool(_THOUSANDS.fullmatch(name)) or after.startswith((" ribu", " juta"))


def _find_signed(shadow: str) -> Iterator[Part]:
    """E-mail addresses and mentions. Each at sign is read in both directions, so that no text takes long."""
    end = 0
    has_brackets = "(" in shadow or "[" in shadow or "{" in shadow
    for sign in (_SPELLED_SIGN if has_brackets else _SIGN).finditer(shadow):  # the plain one is thrice as quick
        first = sign.start()
        if first < end:
            continue
        start, domain = _local_part(shadow, first, end), _DOMAIN.match(shadow, sign.end())
        name = _HANDLE.match(shadow, sign.end()) if sign[0][0] == "@" else None
        if domain and (start < first or 0 < end == first):
            end = domain.end()
            yield Part(start, end, ADDRESS)
        elif name and not _is_amount(name[0], shadow[name.end() : name.end() + 5]):
            end = name.end()
            yield Part(first, end, MENTION, name[0].strip(".").lower())


def _replaced(text: str, parts: Iterable[Part]) -> str:
    """A text with the words of its parts, which are in order, in their places."""
    pieces, end = [], 0
    for part in parts:
        pieces += [text[end : part.start], part.word]
        end = part.end
    return "".join((*pieces, text[end:]))


def find_personal(text: str, *, is_signed: bool = True, is_numbered: bool = True) -> list[Part]:
    """The e-mail addresses, mentions, telephone, identity and other long numbers of a text, in order.

    Signs or numbers that are known to be absent need not be looked for.
    """
    shadow = cast(text)
    parts = list(_find_signed(shadow.text)) if is_signed else []
    if is_numbered:  # outside of addresses and handles
        rest = _replaced(shadow.text, (Part(it.start, it.end, _TAKEN * (it.end - it.start)) for it in parts))
        parts += find_numbers(rest)
        parts.sort()
    return [shadow.place(part) for part in parts]


def masked_with_handles(texts: pl.Series) -> tuple[pl.Series, dict[int, list[str]]]:
    """Texts with the words of the masks in the place of what they hide, and the handles they mention, by place."""
    if texts.null_count() == len(texts):
        return texts, {}
    suspicious = pl.DataFrame({"text": texts}).with_row_index("place")
    suspicious = suspicious.with_columns(
        signed=pl.col("text").str.contains(_SIGNED), numbered=pl.col("text").str.contains(_NUMBERED)
    ).filter(pl.col("signed") | pl.col("numbered"))
    handles: dict[int, list[str]] = {}
    changed = []
    for place, text, is_signed, is_numbered in suspicious.iter_rows():
        parts = find_personal(text, is_signed=is_signed, is_numbered=is_numbered)
        if named := [part.handle for part in parts if part.handle]:
            handles[place] = named
        changed.append(_replaced(text, parts))
    return texts.clone().scatter(suspicious["place"], pl.Series(changed, dtype=pl.String)), handles


def masked(texts: pl.Series) -> pl.Series:
    """Texts with e-mail addresses, mentions, telephone, identity and other long numbers replaced by words."""
    return masked_with_handles(texts)[0]


def masked_queries(queries: pl.Series, sources: pl.Series) -> pl.Series:
    """What posts were found by, masked as a text is: a tool's search can be for a person.

    What ronda asks the platforms itself is left as it is: it names the accounts and words that the office watches.
    """
    is_own = sources.is_in([each.name for each in SOURCES])
    return queries.zip_with(is_own, masked(queries))


def masked_tags(tags: pl.Series) -> pl.Series:
    """Lists of hashtags, each masked as a text is."""
    distinct = tags.explode().drop_nulls().unique()
    hidden = masked(distinct)
    is_changed = hidden != distinct
    if not is_changed.any():
        return tags
    return tags.list.eval(pl.element().replace(distinct.filter(is_changed), hidden.filter(is_changed)))
