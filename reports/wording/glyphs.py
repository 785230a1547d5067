"""Text that every output can carry: control characters made visible, and for PDFs glyphs that no shipped font has.

The PDF's fonts are DejaVu Sans from the matplotlib wheel and those inside the Typst compiler; a character counts as
printable when DejaVu Sans has it in both regular and bold, so it prints whatever the style around it.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_FILLERS = re.compile("[\u200b\u200c\u2060\ufeff\ufe0e\u00ad]+")
_ORDER = re.compile(f"[{_BIDI}]+")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufff9-\ufffb]|[\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200d\ufe0f\u20e3"
_SKIN = "\U0001f3fb-\U0001f3ff"
_FLAGS = "\U0001f1e6-\U0001f1ff"
_EMOJI = re.compile(
    f"(?:[0-9#*]\ufe0f?\u20e3|[\u203c\u2049\u2122\u2139\u2194-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    f"[{_JOINERS}{_SKIN}]*)(?:\\s?[\u2600-\u27bf\U0001f000-\U0001faff][{_JOINERS}{_SKIN}]*)*"
)
_SCRIPTS = {"JAVANESE": "script_javanese", "ARABIC": "script_arabic", "CJK": "script_cjk", "HANGUL": "script_cjk"}

Words = Callable[[str], str]


def _font_folder() -> Path:
    """The folder of DejaVu Sans in the matplotlib wheel, which need not be imported for it."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("matplotlib, which brings the fonts, is not installed")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


FONT_FOLDER = _font_folder()


def legible(text: str, words: Words) -> str:
    """The text with characters that reorder, hide or break it replaced by visible marks; safe for HTML and XML."""
    text = _ORDER.sub(words("glyph_order"), text)
    text = _CONTROL.sub(words("glyph_control"), text)
    return _FILLERS.sub("", text)


@cache
def font_characters() -> frozenset[int]:
    """Code points that DejaVu Sans has in both weights, from the fonts' own character maps."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    files: list[Path] = [FONT_FOLDER / "DejaVuSans.ttf", FONT_FOLDER / "DejaVuSans-Bold.ttf"]
    maps = []
    for file in files:
        with TTFont(file, lazy=True) as font:
            maps.append(frozenset(font.getBestCmap()))
    return maps[0] & maps[1]


def printable(text: str, words: Words) -> str:
    """The text with every stretch of glyphs the PDF fonts lack replaced by a mark such as [emoji] or [aksara Jawa].

    An emoji the font does have as a plain symbol stays; a sequence (skin tone, flag, joined people) is one mark.
    """
    text = legible(text, words)
    known = font_characters()

    def emoji(match: re.Match[str]) -> str:
        symbol = match[0]
        plain = all(ord(letter) in known for letter in symbol) and not re.search(f"[{_JOINERS}{_SKIN}{_FLAGS}]", symbol)
        return symbol if plain else words("glyph_emoji")

    text = _EMOJI.sub(emoji, text)
    result: list[str] = []
    for letter in text:
        if letter in "\n\t" or ord(letter) in known:
            result.append(letter)
            continue
        if letter in _JOINERS:
            continue
        mark = words(_mark(letter))
        if not result or result[-1] != mark:
            result.append(mark)
    return "".join(result)


def _mark(letter: str) -> str:
    script = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
    symbol = "glyph_emoji" if unicodedata.category(letter) in {"So", "Sk"} else "glyph_other"
    return _SCRIPTS.get(script, symbol)
