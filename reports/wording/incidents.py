"""The sentences of incidents, which open a week: what, how much against what is usual, how far it spread."""

from reports.reading.facts import Row
from reports.reading.incidents import Incident
from reports.reading.outcomes import Trends
from reports.wording import recomputing
from reports.wording.statement import Statement, subject_words
from reports.wording.words import Words, platform_name


def incident_statement(trends: Trends, words: Words, incident: Incident) -> Statement:
    """The sentence of an incident, with the query behind its numbers and, for an indication, its posts."""
    group = "detected" if incident.row["stage"] else ""
    return Statement(
        incident.key, incident_text(trends, words, incident), recomputing.incident(incident.bucket, incident.row), group
    )


def incident_text(trends: Trends, words: Words, incident: Incident) -> str:
    """`127 akun menyalin satu teks pada TikTok dan Facebook …`, with the words that drive it and its number."""
    row = incident.row
    name = "change" if incident.kind == "signal" else incident.kind
    observed = words.number(row["observed"])
    text = words(
        f"incident_{name}",
        name=incident_name(trends, words, incident),
        direction=words(f"direction_{row['direction']}"),
        posts=words.number(row["posts"]),
        counted=words("incident_posts" if row["observed"] == row["posts"] else "incident_texts", observed=observed),
        accounts=words.number(row["accounts"]),
        platforms=words.listed([platform_name(words, each) for each in row["platforms"]]),
        days=words.days(row["first_seen"], row["last_seen"]),
        usual=_usual(words, row),
        event=_event(words, row),
        weak=words("incident_weak") if row["is_weak"] else "",
    )
    return f"{text} {_marks(trends, words, incident)}"


def incident_name(trends: Trends, words: Words, incident: Incident) -> str:
    """What an incident is about: `Politik uang`, `Topik Bencana`, `satu teks yang disalin`."""
    row = incident.row
    if incident.kind == "copies":
        return words("incident_name_copies")
    if row["stage"]:
        return trends.facts.label("indications", incident.subject)
    return subject_words(trends, words, str(row["family"]), incident.subject)


def _usual(words: Words, row: Row) -> str:
    """`biasanya sekitar 39`; of what is hardly ever seen that it is less than one."""
    if row["expected"] is None:
        return ""
    rounded = round(row["expected"])
    return words("incident_usual" if rounded else "incident_usual_none", usual=words.number(max(rounded, 1)))


def _event(words: Words, row: Row) -> str:
    """The known event that explains a rise, in the same sentence."""
    if row["event_day"] is None:
        return ""
    return words("incident_event", event=row[f"event_{words.lang}"], day=words.day(row["event_day"]))


def _marks(trends: Trends, words: Words, incident: Incident) -> str:
    """What a reader must know beside the numbers: not reviewed, not measured, the words that drive it."""
    row = incident.row
    marks = []
    together = trends.beside(incident)
    if together is not None and together["observed"] is not None:
        key = "incident_beside" if together["reason"] is None else "incident_beside_untested"
        marks.append(words(key, observed=words.number(together["observed"]), usual=_usual(words, together)))
    if row["stage"] == "detected":
        is_measured = incident.subject in trends.facts.measured
        marks.append(words("incident_unreviewed" if is_measured else "incident_unmeasured"))
    if row["driving_words"]:
        marks.append(words("incident_words", words=", ".join(row["driving_words"])))
    return " ".join([*marks, words("incident_number", incident=row["incident"])])
