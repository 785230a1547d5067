"""Kecamatan named in a text, by a rule that knows that their names, and the regency's, can be ordinary words.

A bare name is never a place; every name needs a second cue. What counts as one depends on the name's grade in
`sql/seeds/places.csv` (the kecamatan) and `place_names.csv` (spellings, villages, landmarks, and all other cues):

- always: an office word before it (`Kec. X`, `desa X`, `Polsek X`), a joined hashtag (`#kecX`, X with the regency's
  name), or the regency right after it (`X, Kab. Y`);
- `distinct` (and most villages): also a place word before it (`di X`), a sign of the regency anywhere (`Kab. Y`, its
  hashtags, a local account of the seed), or another of its places;
- `shared` (other places and things bear the name): also a sign of the regency, or another of its places;
- `common` (an ordinary word): also a place word before it together with a sign of the regency or another established
  place, or a list with one (`X, Y dan Z`);
- `regency_name` (the kecamatan that is called as the regency is): only the office words of a kecamatan, or a place in
  that kecamatan. `Kab. Y` is the regency and no kecamatan.

The regency's own name is the row of kind `name`. Ordinary uses of the words are struck out first, and a name of
another region in a text without a sign of the regency cancels all but the distinct names. An unnamed place stays
unknown: an empty list.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

import sql
from flows.exits import UsageError
from flows.labels.roles import read_roles
from flows.labels.text import normalise
from flows.seeds import read_seed

_OFFICES = (("office",), ("office", "village_office"))  # of a kecamatan, of any place
NAME_KINDS = ("district", "spelling", "village")
SIGN_KINDS = ("name", "regency", "hashtag", "account", "elsewhere", "ordinary")
GRADES = ("distinct", "shared", "common", "regency_name")

_GRID = {
    "row": pl.UInt32,
    **dict.fromkeys(("sign", "elsewhere", "bare", "sure", "placed", "listed"), pl.Boolean),
    **dict.fromkeys(("code", "grade"), pl.String),
}


_YES, _NO = pl.lit(value=True), pl.lit(value=False)
_LANDMARK_CUES = [_YES.alias("bare"), _YES.alias("sure"), _NO.alias("placed"), _NO.alias("listed")]


class Group(NamedTuple):
    """Names of one grade that stand for one kecamatan, and as alternations for padded texts, `joined` without blanks.

    A text that holds none of `forms` names none of them.
    """

    code: str
    grade: str
    spoken: list[str]
    forms: list[str]
    names: str
    joined: str


class Places(NamedTuple):
    """The places seed as patterns for padded texts."""

    groups: tuple[Group, ...]
    landmarks: tuple[Group, ...]
    regency: str
    regency_names: str
    regency_joined: str
    elsewhere: str
    ordinary: str
    kecamatan_office: str
    office: str
    place_word: str
    listing: str


def _spoken(names: list[str]) -> list[str]:
    """Names as they stand in normalised texts, the longest first."""
    spoken = normalise(pl.Series(names, dtype=pl.String)).str.strip_chars(" ").to_list()
    return sorted(set(spoken), key=lambda name: (-len(name), name))


def _alternation(spoken: list[str]) -> str:
    return "(?:" + "|".join(spoken).replace(".", r"\.") + ")"


def _joined(spoken: list[str]) -> list[str]:
    return [name.replace(" ", "") for name in spoken]


def _group(code: str, grade: str, names: list[str]) -> Group:
    spoken = _spoken(names)
    joined = _joined(spoken)
    return Group(code, grade, spoken, list(dict.fromkeys(spoken + joined)), _alternation(spoken), _alternation(joined))


@cache
def read_places(seeds: Path = sql.SEEDS) -> Places:
    """The places seed; raises UsageError for an unknown grade or a missing kind."""
    rows = read_seed("places", seeds) + read_seed("place_names", seeds)
    named: dict[tuple[str, str], list[str]] = {}
    landmarks: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] in NAME_KINDS:
            if row["grade"] not in GRADES:
                raise UsageError(
                    f'The place "{row["name"]}" has the unknown grade "{row["grade"]}" in the places seeds.'
                )
            named.setdefault((row["code"], row["grade"]), []).append(row["name"])
        elif row["kind"] == "landmark":
            landmarks.setdefault(row["code"], []).append(row["name"])

    def spoken_of(kind: str) -> list[str]:
        names = [row["name"] for row in rows if row["kind"] == kind]
        if not names:
            raise UsageError(f'The seed place_names.csv has no row of kind "{kind}"; add one.')
        return _spoken(names)

    def of_kind(kind: str) -> str:
        return _alternation(spoken_of(kind))

    words = read_roles().words
    kecamatan, office = (_alternation([word for role in roles for word in words[role]]) for roles in _OFFICES)
    plain = f" (?:{of_kind('regency')}|# {of_kind('hashtag')}|{of_kind('account')}) "
    return Places(
        groups=tuple(_group(code, grade, names) for (code, grade), names in named.items()),
        landmarks=tuple(_group(code, "full", names) for code, names in landmarks.items()),
        regency=plain,
        regency_names=of_kind("name"),
        regency_joined=_alternation(_joined(spoken_of("name"))),
        elsewhere=f" {of_kind('elsewhere')} ",
        ordinary=rf"\b{of_kind('ordinary')}\b",
        kecamatan_office=kecamatan,
        office=office,
        place_word=_alternation(list(words["place_word"])),
        listing=rf"(?:{_alternation(list(words['list_word']))} )+(?:kec |kecamatan )?(?:\. )?",
    )


def _cues(group: Group, others: str, places: Places) -> list[pl.Expr]:
    """Columns of one group: `bare`, `sure` (an always-cue), `placed` (a place word), `listed` (beside another name).

    The last two are false where they are no cue for names of the grade.
    """
    name, spoken, plain = group.names, pl.col("text"), pl.col("plain")
    if group.grade == "regency_name":
        is_sure = spoken.str.contains(rf" {places.kecamatan_office} (?:\. )?{name} ")
        return [is_sure.alias("bare"), is_sure.alias("sure"), _NO.alias("placed"), _NO.alias("listed")]
    is_placed = plain.str.contains(rf" {places.place_word} {name} ")
    is_listed = plain.str.contains(rf" {name} {places.listing}{others} ") | plain.str.contains(
        rf" {others} {places.listing}{name} "
    )
    return [
        plain.str.contains(rf" (?:# )?{name} ").alias("bare"),
        (
            spoken.str.contains(rf" {places.office} (?:\. )?{name} ")
            | spoken.str.contains(
                rf" # (?:(?:kec|kecamatan|desa){group.joined}|{group.joined}{places.regency_joined}) "
            )
            | plain.str.contains(rf" {name} (?:[.,] )?(?:kab|kabupaten)? ?(?:\. )?{places.regency_names} ")
        ).alias("sure"),
        (is_placed if group.grade in ("distinct", "common") else _NO).alias("placed"),
        (is_listed if group.grade == "common" else _NO).alias("listed"),
    ]


@cache
def _forms(seeds: Path) -> pl.DataFrame:
    """What a text holds that may name a place, and the number of its group; landmarks are numbered after the groups."""
    places = read_places(seeds)
    forms = [group.forms for group in places.groups]
    forms += [[f" {name} " for name in landmark.spoken] for landmark in places.landmarks]
    pairs = [(form, number) for number, each in enumerate(forms) for form in each]
    return pl.DataFrame(pairs, schema={"form": pl.String, "group": pl.UInt32}, orient="row")


def _grid(frame: pl.DataFrame, places: Places, seeds: Path) -> pl.DataFrame:
    """Of every group and candidate text that holds its name: the cues, as rows of (row, code, grade, ...)."""
    others = "(?:" + "|".join(group.names for group in places.groups if group.grade != "regency_name") + ")"
    forms = _forms(seeds)
    patterns = forms["form"].unique().to_list()
    held = frame.select("row", form=pl.col("text").str.extract_many(patterns, overlapping=True)).explode("form")
    pairs = held.join(forms, on="form").select("group", "row").unique().sort("group", "row")
    rows = []
    for (number,), held_by in pairs.group_by("group", maintain_order=True):
        texts = frame[held_by["row"]]
        assert isinstance(number, int)  # noqa: S101 - the place of a group
        is_landmark = number >= len(places.groups)
        group = (*places.groups, *places.landmarks)[number]
        cues = _LANDMARK_CUES if is_landmark else _cues(group, others, places)
        rows.append(
            texts.with_columns(cues)
            .filter(pl.col("bare") | pl.col("sure"))
            .select(
                *("row", "sign", "elsewhere", "bare", "sure", "placed", "listed"),
                code=pl.lit(group.code),
                grade=pl.lit("distinct" if is_landmark else group.grade),
            )
        )
    return pl.concat(rows) if rows else pl.DataFrame(schema=_GRID)


def _established(grid: pl.DataFrame) -> pl.DataFrame:
    """The rows of the grid that are places under the rule of this module."""
    is_distinct, is_shared, is_common = (pl.col("grade") == grade for grade in ("distinct", "shared", "common"))
    rare_names = (is_distinct | is_shared).sum().over("row")
    first = grid.with_columns(
        is_place=(pl.col("sure") & (is_distinct | pl.col("sign") | ~pl.col("elsewhere")))
        | (is_distinct & (pl.col("placed") | pl.col("sign") | (rare_names > 1)))
        | (is_shared & (pl.col("sign") | ((rare_names > 1) & ~pl.col("elsewhere"))))
    )
    has_place = pl.col("is_place").any().over("row")
    return first.filter(
        pl.col("is_place")
        | (is_common & pl.col("placed") & (pl.col("sign") | has_place))
        | (is_common & pl.col("listed") & has_place)
    )


def find_districts(texts: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """BPS codes of the kecamatan each normalised text names, ascending; an empty list where the place is unknown."""
    places = read_places(seeds)
    frame = pl.DataFrame({"text": texts.fill_null("")}).with_row_index("row")
    candidates = frame.with_columns(
        pl.col("text").str.replace_all(places.ordinary, "-").alias("plain"),
        pl.col("text").str.contains(places.regency).alias("sign"),
        pl.col("text").str.contains(places.elsewhere).alias("elsewhere"),
    )
    codes = _established(_grid(candidates, places, seeds)).group_by("row").agg(pl.col("code").unique().sort())
    lists = frame.select("row").join(codes, on="row", how="left", maintain_order="left")
    return lists.select(pl.col("code").fill_null([]).alias("districts"))["districts"]
