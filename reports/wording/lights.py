"""The two lights in words: their colours, their reasons, their rules."""

from flows.periods import Bucket
from reports.edition import Level
from reports.judging.lights import Judgement, Light, Reason, judge_buckets
from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.wording.incidents import matter_name
from reports.wording.sentences import bucket_words
from reports.wording.words import Words, capitalised

LIGHTS = ("content", "collection")


def level_words(words: Words, level: Level) -> str:
    """`hijau`, `kuning`, `abu-abu (tidak dapat dinilai)`."""
    return words(f"level_words_{level}")


def light_title(trends: Trends, words: Words, name: str, level: Level) -> str:
    """`Isi: kuning.`, and of a week whose parts differ `Isi: hijau; masa tenang abu-abu (tidak dapat dinilai).`"""
    parts = [
        words("light_part", phase=_phase(words, bucket.phase), level=level_words(words, light.level))
        for bucket, light in _apart(trends, name, level)
    ]
    own = f"{words(f'light_{name}')}: {level_words(words, level)}"
    return f"{'; '.join([own, *parts])}."


def _apart(trends: Trends, name: str, level: Level) -> list[tuple[Bucket, Light]]:
    """The parts of the week whose light is another than that of the week."""
    known = [(each.bucket, getattr(each.lights, name)) for each in judge_buckets(trends) if each.lights]
    return [(bucket, light) for bucket, light in known if light.level != level]


def _phase(words: Words, phase: str) -> str:
    """A phase inside a sentence: `masa tenang`."""
    name = words(f"phase_{phase}")
    return f"{name[:1].lower()}{name[1:]}"


def light_rules(words: Words) -> list[str]:
    """The rule of each light."""
    return [words(f"light_rule_{name}") for name in LIGHTS]


def light_reasons(trends: Trends, words: Words, light: Light) -> str:
    """Why a light is what it is."""
    named = {incident.key: incident.row for incident in trends.incidents}
    left_over = {row["incident"]: row for row in trends.left_over}
    texts = []
    for key, values in light.reasons:
        filled = dict(values)
        if "phase" in values:
            filled["phase"] = _phase(words, values["phase"])
        if "share" in values:
            filled |= {"share": words.percent(float(values["share"])), "part": _part_of(trends, words, (key, values))}
        if "incidents" in values:
            filled["names"] = _named(trends, words, [named[key] for key in values["incidents"].split()])
        if "left_over" in values:
            filled["names"] = _named(trends, words, [left_over[key] for key in values["left_over"].split()])
        texts.append(words(key, **filled))
    return "; ".join(texts)


def _part_of(trends: Trends, words: Words, reason: Reason) -> str:
    """Of which part of the week a share of what was collected is, where parts differ: `Masa tenang, 11 Feb 2024: `."""
    known = [(each.bucket, each.lights.collection) for each in judge_buckets(trends) if each.lights]
    if len({light.level for _, light in known}) < 2:
        return ""
    bucket = next(bucket for bucket, light in known if reason in light.reasons)
    return f"{words('light_part_of', **bucket_words(words, bucket))} "


def _named(trends: Trends, words: Words, rows: list[Row]) -> str:
    """`Politik uang dan Topik Kampanye`; those of one name share it."""
    return words.listed(list(dict.fromkeys(matter_name(trends, words, row) for row in rows)))


def light_sentences(trends: Trends, words: Words, name: str, light: Light) -> str:
    """The reasons as a sentence of their own, and those of the parts of the week that have another light."""
    return " ".join(f"{capitalised(text)}." for text in reasons_said(trends, words, name, light))


def reasons_said(trends: Trends, words: Words, name: str, light: Light) -> list[str]:
    """Why a light is what it is, and why each part of the week has another that has one."""
    return [light_reasons(trends, words, light), *_parts_said(trends, words, name, light.level)]


def _parts_said(trends: Trends, words: Words, name: str, level: Level) -> list[str]:
    """Why parts of the week have another light than the week, and what waits of their posts."""
    texts = []
    for bucket, light in _apart(trends, name, level):
        waiting = len(trends.waiting_in(bucket)) if name == "content" else 0
        more = words("light_part_waiting", count=words.number(waiting)) if waiting else ""
        reasons = light_reasons(trends, words, light)
        if not any("share" in values for _, values in light.reasons):  # a share says of which part it is
            reasons = f"{words('light_part_of', **bucket_words(words, bucket))} {reasons}"
        texts.append(f"{reasons}{more}")
    return texts


def lights_said(trends: Trends, words: Words, judgement: Judgement) -> list[dict[str, str]]:
    """Both lights as pages set them: level, title, reasons."""
    return [
        {
            "level": light.level,
            "title": light_title(trends, words, name, light.level),
            "reasons": light_sentences(trends, words, name, light),
        }
        for name, light in zip(LIGHTS, judgement, strict=True)
    ]


def bucket_lights(trends: Trends, words: Words) -> list[str]:
    """The lights of each bucket, where the week has several."""
    judged = judge_buckets(trends)
    if len(judged) < 2:
        return []
    texts = []
    for each in judged:
        if each.lights is None:
            texts.append(words("bucket_unplanned", **bucket_words(words, each.bucket)))
            continue
        content, collection = (level_words(words, light.level) for light in each.lights)
        texts.append(words("bucket_lights", content=content, collection=collection, **bucket_words(words, each.bucket)))
    return texts
