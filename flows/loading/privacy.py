"""What protects people: keyed hashes instead of authors, masks instead of addresses and numbers in texts.

Source of the rule: UU 27/2022 on personal data; the key lies outside the database, so that the database alone
identifies nobody.
"""

import hashlib
import os
import secrets
from pathlib import Path

import polars as pl

from flows.exits import UsageError
from flows.settings import Settings

KEY_BYTES = 32
_DIGEST_BYTES = 16

# Order matters: an e-mail address holds an "@", an identity number holds what looks like a telephone number, and a
# number may stand right before a mention.
MASKS: tuple[tuple[str, str], ...] = (
    (r"[\w.+\-]+[@＠][\w\-]+(?:\.[\w\-]+)+", "[surel]"),
    (r"\b\d{4}[ .\-]?\d{4}[ .\-]?\d{4}[ .\-]?\d{4}\b", "[nomor identitas]"),
    (r"\(0\d{2,3}\)[ \-]?\d{5,8}\b", "[telepon]"),
    (r"(?:\+\s?62|\b62|\b0)[ .\-]?8\d(?:[ .\-]?\d){6,11}\b", "[telepon]"),
    (r"\b\d{10,}\b", "[nomor]"),
    (r"(^|[^\w@＠])[@＠]\w[\w.]*", "${1}@akun"),
)


def author_secret(settings: Settings) -> bytes:
    """The key of the author hashes: from the setting, else from RONDA_HOME/secret.key, which is made on first use."""
    if settings.author_key is not None:
        return _parse_key(settings.author_key.get_secret_value(), "RONDA_AUTHOR_KEY")
    path = settings.home / "secret.key"
    if not path.exists():
        write_key(path, secrets.token_hex(KEY_BYTES))
    return _parse_key(path.read_text(encoding="ascii").strip(), path.name)


def write_key(path: Path, key: str) -> None:
    """Writes a key that only its owner can read, unless there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(key + "\n")
    try:
        os.link(draft, path)  # never replaces a key that another process made meanwhile
    except FileExistsError:
        return
    finally:
        draft.unlink()


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


def masked(texts: pl.Series) -> pl.Series:
    """Texts with e-mail addresses, mentions, telephone, identity and other long numbers replaced by words."""
    suspicious = texts.str.contains(r"[@＠]|\d{4}|8\d[ .\-]?\d")
    expression = pl.col("text")
    for pattern, replacement in MASKS:
        expression = expression.str.replace_all(pattern, replacement)
    frame = pl.DataFrame({"text": texts, "suspicious": suspicious})
    return frame.select(pl.when("suspicious").then(expression).otherwise("text").alias(texts.name))[texts.name]
