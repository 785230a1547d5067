"""What a browser sends: the fields of a form, and files with it. No name that it gives a file is ever used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

_FIELDS = 24
_WITH_FILES = "multipart/form-data"


class UnreadableError(ValueError):
    """A form is none of ours."""


@dataclass(frozen=True, slots=True)
class Form:
    """The texts of a form by field, stripped, and the bytes of its files by field."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


def read(body: bytes, kind: str) -> Form:
    """A form from a body and its content type. Raises UnreadableError for a form that cannot be read."""
    if not body:
        return Form()
    try:
        if kind.partition(";")[0].strip().lower() == _WITH_FILES:
            return _with_files(body, kind)
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except (ValueError, LookupError) as error:
        raise UnreadableError from error
    return Form({name: value.strip() for name, value in pairs})


def _with_files(body: bytes, kind: str) -> Form:
    head = b"Content-Type: " + kind.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b"") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts or len(parts) > _FIELDS:
        raise UnreadableError
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise UnreadableError
        if part.get_filename() is not None:
            files[name] = content
        else:
            texts[name] = content.decode().strip()
    return Form(texts, files)
