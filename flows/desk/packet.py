"""What is handed over: the letter of a case, and the packet around it whose every byte can be checked without ronda.

The packet is a zip with the letter, the list of masked posts, the captures, an excerpt of the log, a manifest, and
SHA256SUMS, which `sha256sum -c` checks on any machine. It has the same bytes for the same facts.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

import reports
from flows.desk.published import Shown
from flows.desk.words import choices, platforms, words_of
from flows.reviewing.cases import PERSON_CONCERNED, Case
from flows.reviewing.papers import Paper
from flows.settings import Language, Settings
from reports.letter.letter import Evidence, Letter, Office

LETTER, LIST, EVENTS, MANIFEST, SUMS = "surat.pdf", "unggahan.csv", "catatan.csv", "manifest.json", "SHA256SUMS"
_GUIDE = "BACA-DAHULU.txt"
_COLUMNS = ("platform", "post_id", "link", "posted_utc", "recorded_utc", "state", "sha256_of_text", "text")


@dataclass(frozen=True, slots=True)
class Handing:
    """What an officer writes when a case is handed over; without a number it is a draft."""

    number: str
    day: date
    story: str
    signed_by: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter and its packet are made from."""

    case: Case
    posts: Sequence[Shown]
    captures: Sequence[Paper]
    receiver: Mapping[str, str]


def letter(settings: Settings, contents: Contents, handing: Handing, lang: Language) -> bytes:
    """The letter of a case as PDF."""
    case, zone = contents.case, settings.election.zone
    first = min((post.created_at for post in contents.posts), default=case.steps[0].moment)
    choice = next(
        each for each in choices(settings.seeds, lang, first.astimezone(zone).date()) if each.code == case.code
    )
    written = Letter(
        number=handing.number,
        case=words_of(lang)["case_name"].format(number=case.number),
        day=handing.day,
        receiver=contents.receiver["first_receiver"],
        is_personal=case.receiver == PERSON_CONCERNED,
        label=choice.label,
        articles=choice.articles,
        story=handing.story,
        signed_by=handing.signed_by,
        online=online(case, settings, lang),
        posts=[_evidence(post) for post in contents.posts],
        captures=[Evidence(each.name, "", None, each.moment, "", each.digest, "") for each in contents.captures],
        list_digest=_sha256(listed(contents.posts)) if contents.posts else "",
    )
    facts = settings.election
    office = Office(settings.signing_office, facts.regency, zone, facts.zone_label)
    return reports.render_letter(written, office, lang, handing.moment)


def online(case: Case, settings: Settings, lang: Language) -> str:
    """What the last look said of whether the posts are still online; empty where nobody looked."""
    step = case.online
    if step is None:
        return ""
    words = words_of(lang)
    day = step.moment.astimezone(settings.election.zone).date().isoformat()
    return words["online_told"].format(state=words[f"online_{step.facts['state']}"], day=day)


def link(platform: str, post_id: str) -> str:
    """The address of a post on its platform."""
    return platforms()[platform][1].format(post_id=quote(post_id))


def _evidence(post: Shown) -> Evidence:
    digest = _sha256(post.text.encode())
    address = link(post.platform, post.post_id)
    return Evidence(post.post_id, post.platform, post.created_at, post.first_seen_at, address, digest, post.text)


def listed(posts: Sequence[Shown]) -> bytes:
    """The posts as a CSV, texts masked; before one that a spreadsheet would compute stands a quotation mark."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for post in posts:
        writer.writerow(
            [
                *(post.platform, f"'{post.post_id}", link(post.platform, post.post_id)),
                *(_utc(post.created_at), _utc(post.first_seen_at), post.state),
                *(_sha256(post.text.encode()), _inert(post.text)),
            ]
        )
    return lines.getvalue().encode()


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in set("=+-@\t\r") else text


def pack(contents: Contents, handing: Handing, pdf: bytes, captures: Mapping[str, bytes]) -> bytes:
    """The packet of a case, whose letter is given."""
    files = {LETTER: pdf, LIST: listed(contents.posts), EVENTS: _events(contents.case)}
    files |= {f"lampiran/{name}": content for name, content in sorted(captures.items())}
    by_name = {f"lampiran/{each.name}": each for each in contents.captures}
    manifest = {
        "case": contents.case.number,
        "letter": handing.number,
        "day": handing.day.isoformat(),
        "made_utc": _utc(handing.moment),
        "files": [
            {"name": name, "bytes": len(content), "sha256": _sha256(content)}
            | ({"by": by_name[name].who, "recorded_utc": _utc(by_name[name].moment)} if name in by_name else {})
            for name, content in files.items()
        ],
    }
    files[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=False).encode() + b"\n"
    files[_GUIDE] = words_of("id")["packet_guide"].replace("\\n", "\n").encode() + b"\n"
    files[SUMS] = "".join(f"{_sha256(content)}  {name}\n" for name, content in files.items()).encode()
    return _zipped(files, handing.moment)


def _events(case: Case) -> bytes:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(("event", "moment_utc", "who", "what"))
    writer.writerows((step.number, _utc(step.moment), step.who, step.what) for step in case.steps)
    return lines.getvalue().encode()


def _zipped(files: Mapping[str, bytes], moment: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, moment.astimezone(UTC).timetuple()[:6])
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
