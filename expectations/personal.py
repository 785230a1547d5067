"""What a published text must not hold, found by another road than the masks go: character by character.

The masks of the loader fold a text and search it with patterns; here each character is known by its category and name
in the Unicode data, and what stands before and after an at sign or a group of digits is looked at one by one. Only what
is surely an address, a mention or a number of a person is told, in any surroundings: a false alarm would hold back a
whole week.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from expectations.suite import Expectation, Severity, never

if TYPE_CHECKING:
    import pandas as pd

EMAIL, HANDLE = "email", "handle"
NUMBERS = TELEPHONE, IDENTITY, ACCOUNT = "telephone", "identity_number", "account_number"
# kind -> how it looks in characters, and its name in both languages
KINDS = {
    EMAIL: ("name@host.tld", "alamat surel", "e-mail address"),
    HANDLE: ("@handle", "nama akun", "account name"),
    TELEPHONE: ("08…", "nomor telepon", "telephone number"),
    IDENTITY: ("NIK", "nomor identitas", "identity number"),
    ACCOUNT: ("≥ 10 × 0-9", "nomor rekening atau nomor panjang lain", "account number or other long number"),
}
# Only a text with a character that is drawn like "@", a spelled one, or eight digits can hold any of them (RE2).
_WORTH_A_LOOK = r"[@\x{FE6B}\x{FF20}]|[(\[{][aA][tT][)\]}]|\p{No}|\pN(?:\PN*\pN){7}"

_MASKED_HANDLE = "akun"
_LETTER, _SIGN = "x", "\x00"  # a letter that is not ASCII, and whatever says nothing here
_DASHES = frozenset(
    (
        *("MIDDLE DOT", "MODIFIER LETTER MINUS SIGN", "BULLET", "HYPHENATION POINT", "HYPHEN BULLET", "MINUS SIGN"),
        *("BULLET OPERATOR", "DOT OPERATOR", "KATAKANA MIDDLE DOT", "HALFWIDTH KATAKANA MIDDLE DOT"),
    )
)
_AMOUNT_WORDS = frozenset(("", "rp", "rb", "ribu", "jt", "juta"))
_MONEY, _COUNTED = ("rp", "idr", "usd", "$"), ("rupiah", "perak", "suara")
_ACCOUNT_NAMES = ("rek", "rekening", "bca", "bri", "bni", "bsi", "mandiri")
_PROVINCES = (*range(11, 20), 21, *range(31, 37), 51, 52, 53, *range(61, 66), *range(71, 77), 81, 82, *range(91, 98))
_TAXPAYER = [(3, "."), (3, "."), (1, "."), (3, "-"), (3, ".")]
_GAP = 4  # characters between two groups of one number
_SEEN: dict[str, str] = {}


def _seen(character: str) -> str:
    """What a reader sees in a character: nothing, a blank, a digit, a letter, or another ASCII character."""
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    if category in ("Zl", "Zp", "Cc"):
        return "\n" if character in "\n\r\v\f\x85\u2028\u2029" else " " * (character == "\t")
    if category[0] == "M" or category in ("Cf", "Co") or "FILLER" in name:
        return ""
    number = unicodedata.numeric(character, -1.0) if category in ("Nd", "No") else -1.0
    if 0 <= number < 100 and number.is_integer():
        return str(int(number))
    return _seen_sign(character, category, name)


def _seen_sign(character: str, category: str, name: str) -> str:
    if name.startswith("FULLWIDTH") or 0xFE50 <= ord(character) < 0xFE70:
        character = chr(int(unicodedata.decomposition(character).split()[1], 16))
        return character.lower() if character.isascii() else _SIGN
    if category == "Pd" or name in _DASHES:
        return "-"
    if category[0] == "L" or ("LATIN" in name and " LETTER " in name):
        return _LETTER
    blank = " " if category == "Zs" or name == "BRAILLE PATTERN BLANK" else ""
    return blank or ("_" if category == "Pc" else _SIGN)


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.lower()
    for character in set(text).difference(_SEEN):
        is_plain = character.isascii() and character.isprintable()
        _SEEN[character] = character.lower() if is_plain else _seen(character)
    return "".join([_SEEN[character] for character in text])


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _kind_at(seen: str, first: int, end: int) -> str | None:
    """What the at sign from `first` to `end` makes of its surroundings: an address, a handle, or neither."""
    stop = end
    while stop < len(seen) and (_is_word(seen[stop]) or seen[stop] in ".-"):
        stop += 1
    label, dot, rest = seen[end:stop].partition(".")
    has_name = first > 0 and (_is_word(seen[first - 1]) or seen[first - 1] in ".+-")
    if has_name and label and dot and rest and _is_word(rest[0]):
        return EMAIL
    handle = seen[end:stop].partition("-")[0].rstrip(".")
    if seen[first] != "@" or handle in ("", _MASKED_HANDLE) or handle[0] == ".":
        return None
    letters = "".join(letter for letter in handle if letter not in "0123456789.")
    return None if letters in _AMOUNT_WORDS else HANDLE


def _signed_kinds(text: str, seen: str) -> Iterator[str | None]:
    place = seen.find("@")
    while place >= 0:
        end = place
        while end < len(seen) and seen[end] == "@":
            end += 1
        yield _kind_at(seen, place, end)
        place = seen.find("@", end)
    for spelled in ("(at)", "[at]", "{at}"):
        place = seen.find(spelled) if spelled in text.lower() else -1
        while place >= 0:
            yield _kind_at(seen, place, place + len(spelled))
            place = seen.find(spelled, place + 1)


class _Group(NamedTuple):
    """Digits that stand together, where they begin, and what is between them and the group before."""

    digits: str
    start: int
    gap: str


def _clusters(seen: str) -> Iterator[list[_Group]]:
    """Groups of digits with only a few spaces, dashes, dots, underscores or brackets between two."""
    cluster: list[_Group] = []
    place, end = 0, 0
    while place < len(seen):
        if not "0" <= seen[place] <= "9":
            place += 1
            continue
        start = place
        while place < len(seen) and "0" <= seen[place] <= "9":
            place += 1
        gap = seen[end:start]
        if cluster and (len(gap) > _GAP or gap.strip(" -._()")):
            yield cluster
            cluster = []
        cluster.append(_Group(seen[start:place], start, gap))
        end = place
    if cluster:
        yield cluster


def _numbered_kinds(seen: str) -> Iterator[str | None]:
    for cluster in _clusters(seen):
        before = seen[max(0, cluster[0].start - 12) : cluster[0].start].rstrip(" .:")
        after = seen[cluster[-1].start + len(cluster[-1].digits) :][:8].lstrip(" ")
        for place, group in enumerate(cluster):
            if place == 0 and before.endswith(_MONEY):
                continue
            is_counted = place == len(cluster) - 1 and after.startswith(_COUNTED)
            if len(group.digits) >= 10 and len(set(group.digits)) > 1 and not is_counted:
                yield IDENTITY if len(group.digits) == 16 else ACCOUNT
            if _is_taxpayer(cluster[place : place + 6]):
                yield IDENTITY
            for groups, gaps in _beginnings(cluster[place:]):
                yield _kind_of(groups, gaps, seen[group.start - 1] if group.start else "")
                if place == 0 and _names_account(before):
                    yield _account_of(groups, gaps)


def _is_taxpayer(groups: list[_Group]) -> bool:
    """Whether the groups are a taxpayer's number, as 12.345.678.9-012.345."""
    is_end = groups[0].gap in (".", "-")  # of an amount or a date
    return len(groups[0].digits) == 2 and not is_end and [(len(it.digits), it.gap) for it in groups[1:]] == _TAXPAYER


def _beginnings(groups: list[_Group]) -> Iterator[tuple[list[str], list[str]]]:
    """The first two groups, three and so on, with what stands between them, where no amount or date begins in them.

    These have dots or dashes, and dates groups of two digits: they begin neither where all of the gaps are alike, nor
    in longer groups without dots.
    """
    if groups[0].gap in (".", "-") and (len(groups[0].digits) <= 3 or _are_years([groups[0].digits])):
        return  # the end of an amount or a date
    for count in range(2, min(len(groups), 16) + 1):
        digits, gaps = [group.digits for group in groups[:count]], [group.gap for group in groups[1:count]]
        follows = groups[count].gap if count < len(groups) else ""
        is_alike = len(set(gaps)) == 1 and (follows == gaps[0] or not ("." in follows or "-" in follows))
        is_long = min(map(len, digits[1:])) >= 3 and not any("." in gap for gap in gaps)
        if is_alike or (is_long and not ("." in follows or "-" in follows)):
            yield digits, gaps


def _names_account(before: str) -> bool:
    name = next((name for name in _ACCOUNT_NAMES if before.endswith(name)), "")
    return name != "" and not before[: -len(name)][-1:].isalpha()


def _account_of(groups: list[str], gaps: list[str]) -> str | None:
    digits = "".join(groups)
    is_mobile = digits.startswith(("08", "628", "00628"))
    is_amount = len(groups[0]) <= 3 and {len(group) for group in groups[1:]} == {3}
    is_number = set(gaps) in ({" "}, {"-"}) and 10 <= len(digits) <= 20 and not is_mobile and not is_amount
    return ACCOUNT if is_number and not _are_years(groups) else None


def _are_years(groups: list[str]) -> bool:
    return all(len(group) == 4 and group[:2] in ("19", "20") for group in groups)


def _is_born(digits: str) -> bool:
    """Whether an identity number has a province and a date of birth; women's days are raised by forty."""
    province, day, month = int(digits[:2]), int(digits[6:8]), int(digits[8:10])
    return province in _PROVINCES and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12


def _kind_of(groups: list[str], gaps: list[str], before: str) -> str | None:
    digits, lengths = "".join(groups), [len(group) for group in groups]
    if lengths == [4, 4, 4, 4] and set(map(len, gaps)) == {1} and len(set(digits)) > 1:
        return None if _are_years(groups[:1]) else IDENTITY
    if lengths in ([6, 6, 4], [1] * 16) and _is_born(digits):
        return IDENTITY
    return TELEPHONE if _is_telephone(groups, gaps, before) else None


def _is_telephone(groups: list[str], gaps: list[str], before: str) -> bool:
    head, digits, kinds = groups[0], "".join(groups), set(gaps)
    if before == "+":
        is_whole = 8 <= len(digits) <= 15 and "." not in kinds and (_is_long(groups) or kinds == {" "})
        return is_whole and digits[0] != "0"
    if head[0] == "0" and 3 <= len(head) <= 4 and head[1] in "2345679":
        return _is_landline(groups, gaps, before)
    bare = digits.lstrip("0")
    prefix = "62" if bare.startswith("62") else "0"[: len(digits) - len(bare)]
    national = bare.removeprefix("62")
    if national[:1] != "8" or national[1:2] == "0" or not 9 <= len(national) <= 12:
        return False
    return _is_mobile(groups, kinds, prefix)


def _is_long(groups: list[str]) -> bool:
    return min(map(len, groups[1:])) >= 3


def _is_mobile(groups: list[str], gaps: set[str], prefix: str) -> bool:
    """Whether the digits of a mobile telephone are grouped as one; `prefix` is 62, 0 or nothing."""
    lengths, head = [len(group) for group in groups], groups[0]
    if not prefix:
        return gaps == {"-"} and lengths in ([3, 4, 4], [3, 3, 4], [3, 4, 3]) and not _are_years(groups[1:])
    if set(lengths) in ({1}, {2}):
        return prefix == "0" and sum(lengths) > 10 and gaps <= {" ", "-"}
    is_alone = head.lstrip("0") in ("", "62")  # the prefix is a group of its own
    if len(head) >= 4 and not is_alone:
        return _is_long(groups) or gaps == {" "}
    is_list = all(group[0] == "0" for group in groups)
    is_amount = prefix == "62" and "." in gaps and max(lengths) == 3
    return _is_long(groups) and not is_list and not is_amount and (len(head) == 3 or is_alone)


def _is_landline(groups: list[str], gaps: list[str], before: str) -> bool:
    digits = sum(map(len, groups[1:]))
    if before == "(" and gaps[0][:1] == ")":
        return 5 <= digits <= 8 and _is_long(groups)
    is_whole = (7 if len(groups[0]) == 3 else 6) <= digits <= 8 and _is_long(groups)
    return is_whole and groups[1][0] != "0" and not _are_years(groups[1:])


def kinds_in(text: str) -> set[str]:
    """The kinds of personal data that a text holds, of `KINDS`."""
    seen = _visible(text)
    return {kind for kinds in (_signed_kinds(text, seen), _numbered_kinds(seen)) for kind in kinds if kind}


def columns_of(texts: "pd.Series[str]") -> "dict[str, list[bool | None]]":
    """A column for each of `KINDS`: whether a text holds something of it; None where there is no text."""
    kinds_of_texts: list[set[str] | None] = [None if is_missing else set() for is_missing in texts.isna()]
    suspicious = texts.str.contains(_WORTH_A_LOOK, regex=True, na=False)
    for place in suspicious.to_numpy().nonzero()[0]:
        kinds_of_texts[place] = kinds_in(texts.iat[place])
    return {_flags(kind): [None if kinds is None else kind in kinds for kinds in kinds_of_texts] for kind in KINDS}


def _flags(kind: str) -> str:
    return f"holds_{kind}"


def expectations(column: str, where_id: str, where_en: str, kinds: Iterable[str] = KINDS) -> tuple[Expectation, ...]:
    """One expectation for each kind on a frame with `columns_of` what is published as `column`."""
    return tuple(
        Expectation(
            f"{column}_without_{kind}",
            never(_flags(kind), column, look),
            Severity.STOP,
            f"Tidak ada {words_id} yang tersisa dalam {where_id}.",
            f"No {words_en} is left in {where_en}.",
            "Penyamaran data pribadi terlewati: jangan terbitkan, periksa pemuat.",
            "Masking was skipped: publish nothing, look at the loader.",
        )
        for kind in kinds
        for look, words_id, words_en in [KINDS[kind]]
    )
