"""One normaliser for every rule: the same words come out however they were typed.

`normalise` turns a raw text into space-separated tokens: lower-case words, digits, the marks `. , ! ? :` and `#`,
emoji, and the tokens `_url_` and `_akun_`. `mask_contestants` then replaces every candidate, party and running number
by `_calon_`, so that no rule can see whom a text is about. Both are pure and never raise; `normalise` is idempotent.
"""

import html
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

import sql
from flows.periods import read_seed

URL = "_url_"
ACCOUNT = "_akun_"
CONTESTANT = "_calon_"

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Letters of other scripts and styles that NFKC leaves alone, by the Latin letter they are drawn like.
_LOOK_ALIKES = {
    "a": "аαɑᴀ",
    "b": "вβʙ",
    "c": "сϲᴄ",
    "d": "ԁᴅ",
    "e": "еєεᴇ",
    "f": "ꜰ",
    "g": "ɡɢ",
    "h": "нһʜ",
    "i": "іιɪı",
    "j": "јᴊ",
    "k": "кκᴋ",
    "l": "ӏʟ",
    "m": "мᴍ",
    "n": "ηɴ",
    "o": "оοσᴏө",
    "p": "рρᴘ",
    "q": "ԛ",
    "r": "гʀ",
    "s": "ѕꜱς",
    "t": "тτᴛ",
    "u": "υᴜ",
    "v": "ѵνᴠ",
    "w": "ԝωᴡ",
    "x": "хχ",
    "y": "уγүʏ",
    "z": "ᴢ",
    "ss": "ß",
}
_CONFUSABLES = {alike: latin for latin, drawn in _LOOK_ALIKES.items() for alike in drawn}
# Squared and circled capitals that have no compatibility form.
_BOXED = {chr(start + n): letter for start in (0x1F150, 0x1F170) for n, letter in enumerate(_LETTERS)}

# Look-alikes are only folded beside Latin letters: a text in Cyrillic stays one. Our own tokens do not count.
_LATIN_WORD = r"(?:^|[^a-z_])[a-z]"

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_ROUNDS = 3
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
# Format characters, accents, variation selectors and skin tones.
_INVISIBLE = r"[\p{Cf}\p{Co}\p{Cn}\x{0300}-\x{036F}\x{FE00}-\x{FE0F}\x{1F3FB}-\x{1F3FF}\x{20E3}]"
# Anything beyond ASCII but plain emoji, which have no other form to fold to.
_STYLED = r"[^\x00-\x7F\x{2600}-\x{27BF}\x{1F300}-\x{1FAFF}]"
_EMOJI = r"([\p{Extended_Pictographic}]|[\x{1F1E6}-\x{1F1FF}]{1,2})"
_EMOTICONS = {":)": "🙂", ":-)": "🙂", ":(": "🙁", ":-(": "🙁", ":'(": "😢"}
_THOUSANDS = r"(\d{1,3})[.,](\d{3})(?:[.,](\d{3}))?(?:[.,](\d{3}))?\b"
# What the loader puts in the place of numbers and addresses of people.
_MASK = r"\[(?:surel|telepon|nomor|nomor identitas)\]"
_TRIPLES = [letter * 3 for letter in _LETTERS]
_RUNS = "|".join(f"({letter}){letter}{letter}+" for letter in _LETTERS)
_RUNS_FOLDED = "".join(f"${{{n}}}" for n in range(1, len(_LETTERS) + 1))


def _where(texts: pl.Series, mask: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The texts with `change` applied to the rows of the mask only."""
    rows = mask.fill_null(value=False).arg_true().to_numpy()
    if not len(rows):
        return texts
    order = np.arange(len(texts))
    order[rows] = np.arange(len(texts), len(texts) + len(rows))
    return pl.concat([texts, change(texts.gather(rows))]).gather(order)


def _unescape(texts: pl.Series) -> pl.Series:
    def plain(text: str) -> str:
        for _ in range(_ENTITY_ROUNDS):
            text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        return text

    return pl.Series([plain(text) for text in texts], dtype=pl.String)


def _fold_letters(texts: pl.Series) -> pl.Series:
    decomposed = texts.str.normalize("NFKD").str.to_lowercase().str.normalize("NFKD")
    visible = decomposed.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.replace_many(_BOXED)
    return _where(
        visible, visible.str.contains(_LATIN_WORD), lambda rows: rows.str.replace_many(_CONFUSABLES).str.to_lowercase()
    )


def _fold_unicode(texts: pl.Series) -> pl.Series:
    visible = texts.str.replace_all(_INVISIBLE, "")
    return _where(visible, visible.str.contains(_STYLED), _fold_letters)


def normalise(texts: pl.Series) -> pl.Series:
    """Texts as tokens separated by single spaces; same length and order, null stays null."""
    texts = texts.cast(pl.String)
    texts = _where(texts, texts.str.contains("&", literal=True), _unescape)
    texts = _where(texts, texts.str.contains(_CONTROL), lambda rows: rows.str.replace_all(_CONTROL, ""))
    texts = _where(texts, texts.str.len_bytes() != texts.str.len_chars(), _fold_unicode).str.to_lowercase()
    texts = _where(
        texts, texts.str.contains_any(_TRIPLES), lambda rows: rows.str.replace_all(f"(?:{_RUNS})", _RUNS_FOLDED)
    )
    texts = _where(
        texts,
        texts.str.contains("_", literal=True),
        lambda rows: rows.str.replace_all(r"(_(?:url|akun|calon)_)|_", " ${1} "),
    )
    texts = _where(
        texts,
        texts.str.contains_any(["://", "w.", ".com", ".id", ".me", ".ly"]),
        lambda rows: rows.str.replace_all(
            r"\b[a-z]{2,8}://\S*|\bww?\.[a-z0-9-]+\.\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|id|me|ly)\b(?:/\S*)?",
            f" {URL} ",
        ),
    )
    texts = _where(texts, texts.str.contains("[", literal=True), lambda rows: rows.str.replace_all(_MASK, " "))
    texts = _where(
        texts, texts.str.contains("@", literal=True), lambda rows: rows.str.replace_all(r"@[\w.]+", f" {ACCOUNT} ")
    )
    texts = _where(texts, texts.str.contains_any(list(_EMOTICONS)), lambda rows: rows.str.replace_many(_EMOTICONS))
    texts = _where(
        texts,
        texts.str.contains(r"\d[.,]\d"),
        lambda rows: rows.str.replace_all(_THOUSANDS, "${1}${2}${3}${4}"),
    )
    texts = _where(
        texts,
        texts.str.len_bytes() != texts.str.len_chars(),
        lambda rows: rows.str.replace_all(_EMOJI, " ${1} "),
    )
    texts = texts.str.replace_all(
        r"[^\p{L}\p{M}\p{N}_#.,!?: \p{Extended_Pictographic}\x{1F1E6}-\x{1F1FF}]+", " "
    ).str.replace_all(r"([.,!?:])[.,!?:]*", " ${1} ")
    return texts.str.replace_all(" {2,}", " ").str.strip_chars(" ")


def has_content(texts: pl.Series) -> pl.Series:
    """Whether a normalised text holds anything to label: a word, a number or an emoji beside links and mentions."""
    rest = texts.str.replace_all(f"{URL}|{ACCOUNT}", "")
    return rest.str.contains(r"[\p{L}\p{N}\p{So}\p{Extended_Pictographic}]").fill_null(value=False)


def pad(texts: pl.Series) -> pl.Series:
    """Normalised texts with a space on each side and hashtags opened, the form all patterns are written for."""
    spaced = pl.select(pl.concat_str([pl.lit(" "), texts, pl.lit(" ")])).to_series()
    return _where(spaced, spaced.str.contains("#", literal=True), lambda rows: rows.str.replace_all(" *#[ #]*", " # "))


# Numbers that are addresses, schools or parts of a series and never a running number.
_PLACE_NUMBER = (
    r"\b(rt|rw|tps|sd|sdn|smp|smpn|sma|sman|smk|smkn|mts|mtsn|man|mi|min|tk|kodim|dapil|zona|jilid|km|eps?|part|jam|"
    r"pukul|tanggal|tgl|jl|jln|jalan|gang|gg|blok|kloter|gelombang|sesi|juara|kelas|lantai|rute|bab|ayat|pasal)"
    r"(?: (?:no|nomor))?[ .:]*\d+(?: ?[.:]? ?\d+)?\b"
)
_DATE = r"\b\d{1,2} ?[/-] ?\d{1,2} ?[/-] ?\d{4}\b|\b[0-2]\d ?[.:] ?[0-5]\d\b"
_NUMBER_WORDS = r"(?:nomor urut|nomer urut|no urut|nomor|nomer|nmr|no|urut|paslon|pasangan|calon|capres|cawapres|caleg)"
_VOTE_WORDS = r"(?:coblos|nyoblos|coblosen|pilih|milih|dukung|menangkan|menangno|gas|salam)"
_TITLES = (
    r"(?:pak|bapak|bpk|pa|bu|ibu|mas|mbak|gus|cak|bang|bung|abah|prof|jenderal|jendral|kyai|kiai|ustadz|capres|cawapres|"
    r"paslon|pasangan|caleg|calon|partai|kandidat|nomor|nomer|no|nmr|urut|presiden|wapres|dan|amp|karo|serta|,|#|h)"
)


@cache
def _contestant_pattern(seeds: Path) -> str:
    names = sorted({row["name"] for row in read_seed("contestants", seeds)}, key=lambda name: (-len(name), name))
    plain = "|".join(re.escape(name) for name in names)
    stop = r"(?: ?\. ?| )*"
    return (
        rf"\b(?:{plain})\b"
        rf"|\b{_NUMBER_WORDS}{stop}(?:# ?)?\d{{1,2}}\b|# ?\d{{1,2}}\b|\b0[1-9]\b"
        r"|\b(?:pasangan|paslon|capres|presiden|relawan|timnas|tim|partai) "
        r"(?:amin|ummat|buruh|pan|garuda|gelora|bulan bintang)\b"
    )


def mask_contestants(texts: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """Normalised texts with every contestant as one token `_calon_`, whatever name, party or number stood there."""
    texts = _where(
        texts,
        texts.str.contains(r"\d"),
        lambda rows: (
            rows.str.replace_all(_PLACE_NUMBER, "${1}")
            .str.replace_all(_DATE, " ")
            .str.replace_all(rf"\b({_VOTE_WORDS}) \d{{1,2}}\b", f"${{1}} {CONTESTANT}")
        ),
    )
    texts = texts.str.replace_all(rf"\b({_VOTE_WORDS}) amin\b", f"${{1}} {CONTESTANT}")
    texts = texts.str.replace_all(_contestant_pattern(seeds), CONTESTANT)
    texts = _where(
        texts,
        texts.str.contains(CONTESTANT, literal=True),
        lambda rows: rows.str.replace_all(
            rf"(?:\b{_TITLES} |[#,] ?)*{CONTESTANT}(?: (?:{_TITLES} )*{CONTESTANT})*", CONTESTANT
        ),
    )
    return texts.str.replace_all(" {2,}", " ").str.strip_chars(" ")
