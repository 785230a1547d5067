"""Typst: a template and plain data in, a PDF/UA-1 file out, the same bytes for the same data.

The data travel as JSON text and are read by the template as values, so nothing in them can be markup. Only fonts
shipped in packages are used: those inside the Typst compiler and DejaVu Sans of matplotlib.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import typst

from reports.wording.glyphs import FONT_FOLDER, printable
from reports.wording.words import Words

ROOT = Path(__file__).parent
_PER_CENT = re.compile(r"(\d) %")
RAW = "svg"  # the one key whose text is a picture and not words


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONT_FOLDER)])


def plain(value: Any, words: Words) -> Any:
    """The value as JSON-able data whose every text can be printed with the shipped fonts."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value), words)
    if isinstance(value, str):
        return _PER_CENT.sub("\\1\u00a0%", printable(value, words))
    if isinstance(value, Mapping):
        return {key: each if key == RAW else plain(each, words) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, words) for each in value]
    return value


def compile_pdf(template: str, data: Mapping[str, Any], words: Words, as_of: datetime) -> bytes:
    """The PDF of a template (a path under `reports/`) filled with data; dated `as_of`.

    Raises typst.TypstError when the template or the PDF/UA-1 rules are broken.
    """
    text = json.dumps(plain(data, words), ensure_ascii=False, sort_keys=True)
    compiler = typst.Compiler(
        str(ROOT / template), root=str(ROOT), font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"data": text}
    )
    zone = timezone(as_of.utcoffset() or timedelta())
    pdf = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=as_of.astimezone(zone).replace(microsecond=0))
    if not isinstance(pdf, bytes):
        raise TypeError(f"Typst gave no PDF for {template}.")
    return pdf
