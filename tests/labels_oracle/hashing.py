"""Hashes of words and features, in plain integers: FNV-1a of UTF-8 bytes, and MurmurHash3's finaliser."""

_MASK = (1 << 64) - 1
FNV_START = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
PAIR_PRIME = 0x9E3779B97F4A7C15
SPREAD_1 = 0xFF51AFD7ED558CCD
SPREAD_2 = 0xC4CEB9FE1A85EC53
# Added to a hash, so that a word, a pair and a piece never share a bucket by design.
FAMILIES = {
    "word": 0x1B873593,
    "pair": 0x2545F491,
    "negated": 0x4F6CDD1D,
    "window": 0x632BE5AB,
    "group": 0x14057B7E,
    "groups": 0x7F4A7C15,
    "stem": 0x5851F42D,
}


def spread(number: int) -> int:
    """A 64-bit number whose bits all depend on all bits of the given one."""
    number = ((number ^ (number >> 33)) * SPREAD_1) & _MASK
    number = ((number ^ (number >> 33)) * SPREAD_2) & _MASK
    return number ^ (number >> 33)


def hash_word(word: str) -> int:
    """FNV-1a, 64 bits, of the UTF-8 bytes."""
    value = FNV_START
    for byte in word.encode():
        value = ((value ^ byte) * FNV_PRIME) & _MASK
    return value


def hash_pair(first: int, second: int) -> int:
    """The hash of two hashes in order."""
    return spread((first * PAIR_PRIME + second) & _MASK)


def hash_words(words: tuple[str, ...]) -> int:
    """The hash of a word, or of a phrase from left to right."""
    value = hash_word(words[0])
    for word in words[1:]:
        value = hash_pair(value, hash_word(word))
    return value


def hash_stem(stem: str) -> int:
    """The hash of the beginning of a word, never that of a word."""
    return hash_pair(FAMILIES["stem"], hash_word(stem))


def hash_window(window: bytes) -> int:
    """Bytes as one number, the first the highest."""
    return int.from_bytes(window, "big")


def bucket(family: str, value: int) -> int:
    """A well spread 64-bit number of a feature; its lowest bits are its bucket."""
    return spread((value + FAMILIES[family]) & _MASK)
