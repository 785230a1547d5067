"""The two lights in words: their colours, their reasons, their rules."""

from reports.edition import Level
from reports.judging.lights import Judgement, Light, judge_buckets
from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.wording.incidents import matter_name
from reports.wording.sentences import bucket_words
from reports.wording.words import Words, capitalised

LIGHTS = ("content", "collection")


def level_words(words: Words, level: Level) -> str:
    """`hijau`, `kuning`, `abu-abu (tidak dapat dinilai)`."""
    return words(f"level_words_{level}")


def light_title(words: Words, name: str, level: Level) -> str:
    """`Isi: kuning.`"""
    return f"{words(f'light_{name}')}: {level_words(words, level)}."


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
            phase = words(f"phase_{values['phase']}")
            filled["phase"] = f"{phase[:1].lower()}{phase[1:]}"
        if "share" in values:
            filled["share"] = words.percent(float(values["share"]))
        if "incidents" in values:
            filled["names"] = _named(trends, words, [named[key] for key in values["incidents"].split()])
        if "left_over" in values:
            filled["names"] = _named(trends, words, [left_over[key] for key in values["left_over"].split()])
        texts.append(words(key, **filled))
    return "; ".join(texts)


def _named(trends: Trends, words: Words, rows: list[Row]) -> str:
    """`Politik uang dan Topik Kampanye`; those of one name share it."""
    return words.listed(list(dict.fromkeys(matter_name(trends, words, row) for row in rows)))


def light_sentence(trends: Trends, words: Words, light: Light) -> str:
    """The reasons as a sentence of their own."""
    return f"{capitalised(light_reasons(trends, words, light))}."


def lights_said(trends: Trends, words: Words, judgement: Judgement) -> list[dict[str, str]]:
    """Both lights as pages set them: level, title, reasons."""
    return [
        {
            "level": light.level,
            "title": light_title(words, name, light.level),
            "reasons": light_sentence(trends, words, light),
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
