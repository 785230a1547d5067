"""The sentences of incidents, which open a week: what, how much against what is usual, how far it spread."""

from reports.reading.facts import Row
from reports.reading.incidents import Incident
from reports.reading.outcomes import Trends
from reports.wording import recomputing
from reports.wording.quantities import amount, usual
from reports.wording.statement import Statement, subject_words
from reports.wording.words import Words, platform_name


def incident_statement(trends: Trends, words: Words, incident: Incident) -> Statement:
    """The sentence of an incident, with the query behind its numbers and, for an indication, its posts."""
    return Statement(
        incident.key,
        incident_text(trends, words, incident),
        recomputing.incident(incident.bucket, incident.row),
        group="detected" if incident.row["stage"] else "",
        lead=incident_lead(trends, words, incident),
    )


def incident_text(trends: Trends, words: Words, incident: Incident) -> str:
    """All that is said of an incident: its sentence, the words that drive it and its number."""
    return " ".join([incident_lead(trends, words, incident), *incident_marks(trends, words, incident)])


def incident_lead(trends: Trends, words: Words, incident: Incident) -> str:
    """`31 unggahan masuk daftar telaah Politik uang, biasanya sekitar 1; 31 akun pada Facebook dan TikTok.`"""
    row = incident.row
    name = "change" if incident.kind == "signal" else incident.kind
    return words(
        f"incident_{name}",
        name=incident_name(trends, words, incident),
        posts=words.number(row["posts"]),
        amount=amount(words, row),
        accounts=words.number(row["accounts"]),
        platforms=platforms_words(words, row),
        days=words.days(row["first_seen"], row["last_seen"]),
        event=event_words(words, row),
        weak=words("incident_weak") if row["is_weak"] else "",
    )


def platforms_words(words: Words, row: Row) -> str:
    """`Facebook dan TikTok`."""
    return words.listed([platform_name(words, each) for each in row["platforms"]])


def incident_name(trends: Trends, words: Words, incident: Incident) -> str:
    """What an incident is about: `Politik uang`, `Topik Bencana`, `satu teks yang disalin`."""
    return matter_name(trends, words, incident.row)


def matter_name(trends: Trends, words: Words, row: Row) -> str:
    """The same of a row of trends.incident_weeks, be it of another week."""
    if row["family"] == "copies":
        return words("incident_name_copies")
    if row["stage"]:
        return trends.facts.label("indications", str(row["subject"]))
    return subject_words(trends, words, str(row["family"]), str(row["subject"]))


def place_words(words: Words, row: Row, key: str = "brief_place") -> str:
    """Where, of what was found on one platform only: ` pada Facebook saja`; empty of what was found on all together."""
    platform = row["platform"]
    return "" if platform == "all" else words(key, platform=platform_name(words, platform))


def beside_words(trends: Trends, words: Words, incident: Incident) -> list[str]:
    """What all platforms together had, beside a finding of a single one (method §9); nothing of any other."""
    together = trends.beside(incident)
    if together is None or together["observed"] is None:
        return []
    key = "incident_beside" if together["reason"] is None else "incident_beside_untested"
    return [words(key, observed=words.number(together["observed"]), usual=usual(words, together["expected"]))]


def event_words(words: Words, row: Row) -> str:
    """The known event that explains a rise, in the same sentence."""
    if row["event_day"] is None:
        return ""
    return words("incident_event", event=row[f"event_{words.lang}"], day=words.day(row["event_day"]))


def incident_marks(trends: Trends, words: Words, incident: Incident) -> list[str]:
    """What a reader must know beside the numbers: not reviewed, not measured, the words that drive it."""
    row = incident.row
    marks = beside_words(trends, words, incident)
    if row["stage"] == "detected":
        is_measured = incident.subject in trends.facts.measured
        marks.append(words("incident_unreviewed" if is_measured else "incident_unmeasured"))
    if row["driving_words"]:
        marks.append(words("incident_words", words=", ".join(row["driving_words"])))
    return [*marks, words("incident_number", incident=row["incident"])]
