"""Secrets are masked in whatever is kept or shown: as many asterisks as the secret had bytes, and they are counted.

The known ones (every secret of the settings, a token just received, a proof made of both) are found in every spelling
that JSON and addresses have for them; the others by the name they stand under, as in the paging links of the Graph API.
"""

import re
from collections.abc import Iterable, Iterator

SHORTEST = 6  # bytes; a shorter secret would tear holes into every text
_NAMES = (
    *(b"access_token", b"appsecret_proof", b"app_secret", b"client_secret", b"input_token", b"fb_exchange_token"),
    *(b"refresh_token", b"client_token"),
)
# In an address or a form, percent-encoded once or twice, as a JSON escape, or as a member of a JSON text in a text.
_GIVEN_BY = rb"=|%3[dD]|%253[dD]|\\u003[dD]|\\*[\"']\s*:\s*\\*[\"']"
# To the end of the parameter or the text, in any of these spellings.
_VALUE = rb"(?:[^&\"'\s\\%<>]|%(?!26|2526)|\\/|\\u00(?!26|22|27|3[cCeE])[0-9a-fA-F]{2})+"
# As headers and errors name one; so long that no word of a sentence about tokens is taken for it.
_TOLD_BY = (b"Bearer", b"bearer", b"access token")
_TOLD = rb"[\w.~|+/*=-]{16,}"
# A pattern that begins with plain letters is found fast, and there is one for each such beginning.
_PATTERNS = (
    *(re.compile(rb"(%b(?:%b))(%b)" % (name, _GIVEN_BY, _VALUE)) for name in _NAMES),
    *(re.compile(rb"(%b(?:\s+|%%20|\+))(%b)" % (name, _TOLD)) for name in _TOLD_BY),
)
_WHOLE = (b"\n", b'{"')  # in JSON neither stands within a secret, nor between its name and itself


def _spellings(secret: str) -> bytes:
    """A pattern of a secret as itself, percent-encoded once or twice, and escaped for JSON."""
    parts = []
    for character in secret:
        raw = character.encode()
        if character.isalnum() and character.isascii():
            parts.append(raw)
            continue
        units = character.encode("utf-16-be").hex()
        encoded = [
            b"".join(b"%%(?:25)?%02x" % byte for byte in raw),
            b"".join(rb"\\u" + units[at : at + 4].encode() for at in range(0, len(units), 4)),
            *([rb"\+"] if character == " " else []),
        ]
        parts.append(rb"(?:(?i:%b)|\\*%b)" % (b"|".join(encoded), re.escape(raw)))
    return b"".join(parts)


class Redactor:
    """Masks secrets: the known ones and what stands where a secret stands."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._known: tuple[re.Pattern[bytes], ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """One more secret, such as a token just received."""
        if len(secret.encode()) < SHORTEST or secret in self._secrets:
            return
        self._secrets.add(secret)
        longest_first = sorted(self._secrets, key=lambda each: (-len(each), each))
        self._known = tuple(re.compile(_spellings(each)) for each in longest_first)

    def masked(self, content: bytes) -> tuple[bytes, int]:
        """The bytes, as many as before, with their secrets masked, and how many those were; nothing is masked twice."""
        count = 0

        def mask(match: re.Match[bytes]) -> bytes:
            nonlocal count
            name, secret = match.groups() if match.re.groups else (b"", match[0])
            if not secret.strip(b"*"):
                return match[0]
            count += 1
            return bytes(name + b"*" * len(secret))

        for pattern in (*self._known, *_PATTERNS):
            content = pattern.sub(mask, content)
        return content, count

    def text(self, text: str) -> str:
        """A text with its secrets masked."""
        return self.masked(text.encode("utf-8", "surrogateescape"))[0].decode("utf-8", "surrogateescape")

    def stream(self, blocks: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
        """A content of JSON that comes in blocks, masked part by part."""
        waiting = b""
        for block in blocks:
            waiting += block
            cut = max(map(waiting.rfind, _WHOLE))
            if cut > 0:
                yield self.masked(waiting[:cut])
                waiting = waiting[cut:]
        yield self.masked(waiting)
