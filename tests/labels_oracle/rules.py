"""The rules by words, plainly: `read` masks contestants and looks up words, `pieces` lists the model's features."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flows.labels import roles
from flows.labels.compiled.compiling import MAX_PHRASE
from flows.labels.compiled.letters import ACCOUNT, CONTESTANT, URL
from flows.labels.compiled.phrases import FIRST_WORD, REACH, UNKNOWN
from flows.labels.letters import LATIN, LETTER, LIMIT, WORD, Letters
from flows.labels.phrases import Stored, to_kernel
from flows.labels.reading import Piece
from flows.labels.text import unescape
from flows.labels.vocabulary import MAX_GROUPS, Entry, Vocabulary
from tests.labels_oracle.hashing import bucket, hash_pair, hash_window, hash_word
from tests.labels_oracle.spelling import OWN, fold, join_thousands, spell

NEGATION_REACH = 3
EMOJI_LIMIT = 2.0  # ten equal emoji say no more than one strong one
SCORE_SOFTNESS = 8.0
WINDOW = 4  # bytes of a piece of a word
MIXED_SHARE = 0.25  # of the function words, the lesser language's share from which a text is mixed
DENSE = 4  # numbers of `dense`

PLACE_NUMBER, NUMBER_SIGN, NUMBER_WORD, COUNT, PAIR_NAME, CONTEST, VOTE, OFFICE = (
    roles.read_roles().bits[name]
    for name in ("place_number", "number_sign", "number_word", "count", "pair_name", "contest", "vote", "office")
)
_STOPS = (".", ",", "!", "?", ":")
_SILENT = (".", ",", ":", "#")
START, END = "<", ">"
FINGERS = "✌"  # one, two and three fingers are running numbers
PEOPLE = "kelompoksara"  # every ethnic group, religion and origin
_NOTHING = Entry()


class Reading(NamedTuple):
    """A text after the rules by words. `tokens` has its contestants masked; `lexicon` is the summed weight."""

    tokens: list[str]
    has_content: bool
    lexicon: float
    topics: int
    slots: int
    may_name_place: bool
    language: str | None


def _is_number(token: str, longest: int = 1_000_000) -> bool:
    return token.isascii() and token.isdigit() and len(token) <= longest


def _entry(vocabulary: Vocabulary, *words: str) -> Entry:
    return vocabulary.entries.get(words, _NOTHING)


def _drop_addresses(tokens: list[str], vocabulary: Vocabulary) -> list[str]:
    """Tokens without the numbers of streets and schools, times and dates."""
    kept: list[str] = []
    place = 0
    padded = [*tokens, "", "", "", "", ""]
    while place < len(tokens):
        one, two, three = padded[place : place + 3]
        if _entry(vocabulary, one).roles & PLACE_NUMBER:
            kept.append(one)
            place = _after_address(padded, place + 1, vocabulary)
        elif (
            _is_number(one)
            and len(one) == 2
            and one[0] in "012"
            and two in (".", ":")
            and _is_number(three)
            and len(three) == 2
            and three[0] in "012345"
        ) or (_is_number(one, 2) and _is_number(two, 2) and _is_number(three) and len(three) == 4):
            place += 3
        else:
            kept.append(one)
            place += 1
    return kept


def _after_address(padded: list[str], place: int, vocabulary: Vocabulary) -> int:
    """Where the text goes on after a street's or school's number, if one begins here."""
    here = place
    if _entry(vocabulary, padded[here]).roles & NUMBER_SIGN:
        here += 1
    while padded[here] in (".", ":"):
        here += 1
    if not _is_number(padded[here]):
        return place
    here += 1
    more = here + 1 if padded[here] in (".", ":") else here
    return more + 1 if _is_number(padded[more]) else here


def _phrase_length(tokens: list[str], place: int, vocabulary: Vocabulary, role: int) -> int:
    """How many words the longest phrase has that begins here and has the role; 0 for none."""
    for length in range(min(MAX_PHRASE, len(tokens) - place), 1, -1):
        if _entry(vocabulary, *tokens[place : place + length]).roles & role:
            return length
    return 0


def _phrases(tokens: list[str], place: int, vocabulary: Vocabulary) -> list[Entry]:
    """What is known of the word here and of every phrase that begins with it."""
    longest = min(MAX_PHRASE, len(tokens) - place)
    return [_entry(vocabulary, *tokens[place : place + length]) for length in range(1, longest + 1)]


def _contestant_length(tokens: list[str], place: int, vocabulary: Vocabulary) -> int:
    """How many tokens from here on name a contestant; 0 for none."""
    one = tokens[place]
    known = _entry(vocabulary, one).roles
    if length := _phrase_length(tokens, place, vocabulary, roles.NAME):
        return length
    is_short_number = len(one) == 2 and _is_number(one) and one[0] == "0" and one[1] != "0"
    if one == CONTESTANT or known & roles.NAME or is_short_number:
        return 1
    if known & CONTEST and (length := _pair_length(tokens, place + 1, vocabulary)):
        return 1 + length
    return _numbered_length(tokens, place, vocabulary)


def _numbered_length(tokens: list[str], place: int, vocabulary: Vocabulary) -> int:
    """How many tokens from here on are a running number with the word or character before it; 0 for none."""
    following = [*tokens[place + 1 : place + 1 + MAX_PHRASE], ""]
    if tokens[place] == "#" and _is_number(following[0], 2):
        return 2
    if not _entry(vocabulary, tokens[place]).roles & NUMBER_WORD:
        return 0
    skipped = 0
    while following[skipped] == "." and skipped < 2:
        skipped += 1
    if following[skipped] == "#":
        skipped += 1
    is_count = _is_number(following[skipped], 2) or _entry(vocabulary, following[skipped]).roles & COUNT
    return 2 + skipped if is_count else 0


def _pair_length(tokens: list[str], place: int, vocabulary: Vocabulary) -> int:
    """How many tokens from here on are a name that only stands for a contestant after certain words."""
    if length := _phrase_length(tokens, place, vocabulary, PAIR_NAME):
        return length
    return int(place < len(tokens) and bool(_entry(vocabulary, tokens[place]).roles & PAIR_NAME))


def _voted_length(tokens: list[str], place: int, vocabulary: Vocabulary) -> int:
    """How many tokens after a vote word are a number or such a name; 0 for none."""
    if not place or not _entry(vocabulary, tokens[place - 1]).roles & VOTE:
        return 0
    return 1 if _is_number(tokens[place], 2) else _pair_length(tokens, place, vocabulary)


def mask(tokens: list[str], vocabulary: Vocabulary) -> list[str]:
    """Tokens with every contestant as one token, whatever name, party, number and titles stood there."""
    tokens = _drop_addresses(tokens, vocabulary)
    is_party_talk = any(_entry(vocabulary, token).roles & roles.PARTY_WORD for token in tokens)
    masked: list[str] = []
    place = 0
    while place < len(tokens):
        length = _contestant_length(tokens, place, vocabulary) or _voted_length(tokens, place, vocabulary)
        if is_party_talk and _entry(vocabulary, tokens[place]).roles & roles.PARTY_NAME:
            length = max(length, 1)
        if not length:
            told = _entry(vocabulary, tokens[place]).roles
            masked.append(FINGERS if told & roles.FINGERS else PEOPLE if told & roles.PEOPLE else tokens[place])
            place += 1
            continue
        while masked and _entry(vocabulary, masked[-1]).roles & roles.TITLE:
            masked.pop()
        if not masked or masked[-1] != CONTESTANT:
            masked.append(CONTESTANT)
        place += length
    return masked


def _terms(tokens: list[str], vocabulary: Vocabulary) -> list[Entry]:
    """What the lexicon knows of the tokens in order, a phrase of several words as one."""
    entries = []
    place = 0
    while place < len(tokens):
        length = _phrase_length(tokens, place, vocabulary, roles.LEXICON) or 1
        entry = _entry(vocabulary, *tokens[place : place + length])
        if tokens[place] in _STOPS:
            entry = entry._replace(roles=entry.roles | roles.BOUNDARY)
        entries.append(entry)
        place += length
    return entries


def lexicon_score(tokens: list[str], vocabulary: Vocabulary) -> float:
    """The summed weight of masked tokens.

    A negation turns and shortens, a prohibition silences the weights of the next three terms, words of degree change
    those beside them, and marks and "but" words end their reach.
    """
    terms = _terms(tokens, vocabulary)
    total, emoji = 0.0, 0.0
    for place, term in enumerate(terms):
        emoji += term.emoji
        if term.weight == 0.0:
            continue
        weight = term.weight
        for back in range(1, NEGATION_REACH + 1):
            if place < back or terms[place - back].roles & roles.BOUNDARY:
                break
            if terms[place - back].turning != 1.0:
                weight *= terms[place - back].turning
                break
        if place > 0:
            weight *= terms[place - 1].strength
        if place + 1 < len(terms):
            weight *= terms[place + 1].strength
        total += weight
    return total + max(-EMOJI_LIMIT, min(EMOJI_LIMIT, emoji))


def _topics_and_slots(tokens: list[str], vocabulary: Vocabulary) -> tuple[int, int]:
    """The bits of topics and of slots of the cues of masked tokens."""
    topics, slots = 0, 0
    for place, token in enumerate(tokens):
        for entry in _phrases(tokens, place, vocabulary):
            topics, slots = topics | entry.topics, slots | entry.slots
        for stem, entry in vocabulary.stems.items():
            if token.startswith(stem):
                topics, slots = topics | entry.topics, slots | entry.slots
    return topics, slots


def _may_name_place(tokens: list[str], vocabulary: Vocabulary) -> bool:
    """Whether unmasked tokens are worth the places rule: a name, or the regency's after an office."""
    for place in range(len(tokens)):
        known = [entry.roles for entry in _phrases(tokens, place, vocabulary)]
        if any(each & roles.PLACE for each in known):
            return True
        if place and any(each & roles.PLACE_BY_OFFICE for each in known):
            before = tokens[place - 2] if tokens[place - 1] == "." and place > 1 else tokens[place - 1]
            if _entry(vocabulary, before).roles & OFFICE:
                return True
    return False


def _language(tokens: list[str], folded: str, vocabulary: Vocabulary, letters: Letters) -> str | None:
    """`id`, `jv`, `mixed`, `other` or None: by function words, and by script where most letters are not Latin."""
    counts = dict.fromkeys((roles.INDONESIAN, roles.JAVANESE, roles.FOREIGN), 0)
    latin, foreign = 0, 0
    for token in tokens:
        for role in counts:
            counts[role] += bool(_entry(vocabulary, token).roles & role)
    for letter in folded:
        kind = letters.kinds[ord(letter)] if ord(letter) < LIMIT else LETTER
        latin, foreign = latin + (kind == LATIN), foreign + (kind == LETTER)
    indonesian, javanese, other = counts.values()
    local = indonesian + javanese
    if foreign > latin or other > local:
        return "other"
    if local == 0:
        return None
    if min(indonesian, javanese) >= MIXED_SHARE * local:
        return "mixed"
    return "jv" if javanese > indonesian else "id"


def has_content(tokens: list[str]) -> bool:
    """Whether there is anything to label: a word, a number or an emoji beside links, mentions and marks."""
    return any(token not in (URL, ACCOUNT, "#", *_STOPS) for token in tokens)


def read(text: str, vocabulary: Vocabulary, letters: Letters) -> Reading:
    """Everything that the tables of words say of a text."""
    tokens = spell(text, letters)
    masked = mask(tokens, vocabulary)
    topics, slots = _topics_and_slots(masked, vocabulary)
    return Reading(
        tokens=masked,
        has_content=has_content(tokens),
        lexicon=lexicon_score(masked, vocabulary),
        topics=topics,
        slots=slots,
        may_name_place=_may_name_place(tokens, vocabulary),
        language=_language(masked, join_thousands(fold(unescape(text), letters)), vocabulary, letters),
    )


def dense(lexicon: float) -> list[float]:
    """The lexicon's verdict as features: its score (-1..1), its two halves, and whether it has nothing to say."""
    score = lexicon / (lexicon * lexicon + SCORE_SOFTNESS) ** 0.5
    return [score, max(score, 0.0), max(-score, 0.0), float(lexicon == 0.0)]


def _is_word(token: str, letters: Letters) -> bool:
    point = ord(token[0])
    return token not in (*OWN, PEOPLE) and (point >= LIMIT or int(letters.kinds[point]) in WORD)


def pieces(tokens: list[str], vocabulary: Vocabulary, letters: Letters) -> list[Piece]:
    """The features of masked tokens: words, pairs, negated words, windows of letters, groups. Digits are all alike.

    A contestant or a people is no feature by itself, nor at the beginning or end of a text: only beside another word.
    """
    features = []
    before, reach = START, 0
    for token in tokens:
        entry = _entry(vocabulary, token)
        if token in _STOPS or entry.roles & roles.BOUNDARY:
            reach = 0
        if token in _SILENT:
            continue
        word = "".join("0" if letter in "0123456789" else letter for letter in token)
        is_name = word in (CONTESTANT, PEOPLE)
        if not is_name:
            features.append(Piece(word, 0, bucket("word", hash_word(word))))
        if not is_name or before != START:
            features.append(Piece(f"{before} {word}", 0, bucket("pair", hash_pair(hash_word(before), hash_word(word)))))
        if reach > 0:
            features.append(Piece(f"not {word}", 0, bucket("negated", hash_word(word))))
            reach -= 1
        if entry.roles & roles.NEGATION:
            reach = NEGATION_REACH
        if _is_word(token, letters):
            encoded = f" {word} ".encode()
            for start in range(len(encoded) - WINDOW + 1):
                window = encoded[start : start + WINDOW]
                name = window.decode("utf-8", "replace").replace(" ", "_")
                features.append(Piece(f"…{name}…", 1, bucket("window", hash_window(window))))
        before = word
    if before not in (CONTESTANT, PEOPLE):
        features.append(Piece(f"{before} {END}", 0, bucket("pair", hash_pair(hash_word(before), hash_word(END)))))
    return features + _group_pieces(tokens, vocabulary)


class Held(NamedTuple):
    """What detectors hold: the row of each known word by its bucket, and of each row, place and detector a number.

    The number is the product of the word's vector and the detector's filter, as an integer of 8 bits.
    """

    known: dict[int, int]
    numbers: npt.NDArray[np.int8]
    biases: list[int]
    worths: list[list[int]]  # of each detector, by output
    buckets: int


def held(stored: Stored, buckets: int) -> Held:
    """What the detectors of a weight file hold; once for many texts, since it is millions of products."""
    return Held(
        {bucket_: row for row, bucket_ in enumerate(stored.known.tolist(), FIRST_WORD)},
        to_kernel(stored, buckets).words.reshape(len(stored.vectors), REACH, len(stored.biases)),
        stored.biases.tolist(),
        stored.worths.T.tolist(),
        buckets,
    )


def phrase_sums(tokens: list[str], detectors: Held) -> list[int]:
    """What the detectors of phrases find among masked tokens, a sum for each of their outputs."""
    words: list[int | None] = [None]
    for token in tokens:
        if token in _SILENT:
            continue
        word = "".join("0" if letter in "0123456789" else letter for letter in token)
        row = detectors.known.get(bucket("word", hash_word(word)) % detectors.buckets, UNKNOWN)
        words.append(None if word in (CONTESTANT, PEOPLE) else row)
    words.append(None)
    sums = [0] * len(detectors.worths[0])
    for detector, bias in enumerate(detectors.biases):
        largest = max(
            (
                sum(
                    int(detectors.numbers[row, place, detector])
                    for place, row in enumerate(words[at - 1 : at + 2])
                    if row
                )
                for at in range(1, len(words) - 1)
                if words[at] is not None
            ),
            default=-bias,
        )
        for output, worth in enumerate(detectors.worths[detector]):
            sums[output] += max(largest + bias, 0) * worth
    return sums


def _group_pieces(tokens: list[str], vocabulary: Vocabulary) -> list[Piece]:
    """The groups of words and phrases, and each with those of the last token before it that had any."""
    features, before = [], 0
    for place, token in enumerate(tokens):
        bits = 0
        for entry in _phrases(tokens, place, vocabulary):
            bits |= entry.groups
        for group in _bits(bits):
            name = vocabulary.meanings.groups[group]
            if token not in (CONTESTANT, PEOPLE):
                features.append(Piece(f"<{name}>", 2, bucket("group", 1 << group)))
            for earlier in _bits(before):
                both = hash_pair(1 << earlier, 1 << group)
                features.append(Piece(f"<{vocabulary.meanings.groups[earlier]}> <{name}>", 2, bucket("groups", both)))
        before = bits or before
    return features


def _bits(number: int) -> list[int]:
    return [place for place in range(MAX_GROUPS) if number >> place & 1]
