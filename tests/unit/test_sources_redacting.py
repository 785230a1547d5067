"""Secrets are masked in every spelling, to the same length, and counted."""

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sources.redacting import SHORTEST, Redactor

SECRETS = st.text(min_size=6, max_size=40).filter(lambda text: text.isprintable() and text.strip("*"))
SPELLINGS = {
    "as it is": str,
    "in an address": lambda text: quote(text, safe=""),
    "in a form": quote_plus,
    "in an address in an address": lambda text: quote(quote(text, safe=""), safe=""),
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in JSON of bytes": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "with slashes as PHP writes them": lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
}


@given(SECRETS, st.sampled_from(sorted(SPELLINGS)))
def test_a_known_secret_is_found_in_every_spelling(secret: str, spelling: str) -> None:
    spelled = SPELLINGS[spelling](secret).encode()
    content, count = Redactor([secret]).masked(b"<" + spelled + b">")
    assert (content, count) == (b"<" + b"*" * len(spelled) + b">", 1)


@pytest.mark.parametrize(
    ("text", "masked", "count"),
    [
        ("x?access_token=EAAB12&after=Q", "x?access_token=******&after=Q", 1),
        (r"x?access_token=EAAB12\u0026appsecret_proof=0af1", r"x?access_token=******\u0026appsecret_proof=****", 2),
        (r"x?access_token\u003dEAAB12\u0026a=1", r"x?access_token\u003d******\u0026a=1", 1),
        ("u=x%3Faccess_token%3DEAAB12%26after%3DQ", "u=x%3Faccess_token%3D******%26after%3DQ", 1),
        ("x?access_token=12%7Cgeheim&a", "x?access_token=***********&a", 1),
        ('{"access_token": "clt.a-b_c", "expires_in": 7200}', '{"access_token": "*********", "expires_in": 7200}', 1),
        (r'"{\"access_token\":\"EAAB12\"}"', r'"{\"access_token\":\"******\"}"', 1),
        ("Authorization: Bearer EAABsbCS1234ZAxyz01", "Authorization: Bearer *******************", 1),
        ("Malformed access token EAABsbCS1234ZAxyz01", "Malformed access token *******************", 1),
        ("the access token is invalid; bearer of news", "the access token is invalid; bearer of news", 0),
        ("token=1&access=2 access_token next", "token=1&access=2 access_token next", 0),
        ("access_token=&appsecret_proof=", "access_token=&appsecret_proof=", 0),
    ],
)
def test_what_stands_where_a_secret_stands_is_masked(text: str, masked: str, count: int) -> None:
    assert Redactor().masked(text.encode()) == (masked.encode(), count)
    assert Redactor().masked(masked.encode()) == (masked.encode(), 0), "nothing is masked twice"
    assert Redactor().text(text) == masked


def test_bytes_that_are_no_text_stay_and_short_secrets_are_words() -> None:
    redactor = Redactor(["sand/pasir+1&2", "kurz"])
    assert len("kurz") < SHORTEST
    assert redactor.masked(b"\xff sand/pasir+1&2 kurz") == (b"\xff ************** kurz", 1)
    assert redactor.text("\udcff sand/pasir+1&2") == "\udcff **************"
    redactor.add("baru-baru")
    assert redactor.masked(b"sand/pasir+1&2 baru-baru") == (b"************** *********", 2)


def test_a_longer_secret_is_found_before_one_that_begins_it() -> None:
    assert Redactor(["geheim", "geheim-lang"]).masked(b"geheim-lang geheim") == (b"*********** ******", 2)


@given(st.lists(st.sampled_from(["EAAB12", "clt.x", "Q"]), min_size=1, max_size=8), st.integers(1, 60))
def test_a_content_in_blocks_is_masked_as_a_whole(tokens: list[str], size: int) -> None:
    pages = [{"paging": {"next": f"https://x/p?access_token={token}&a=1"}, "data": [{"id": "1"}]} for token in tokens]
    for content in (json.dumps(pages), json.dumps(pages, indent=1), "\n".join(map(json.dumps, pages))):
        data = content.encode()
        blocks = [data[at : at + size] for at in range(0, len(data), size)]
        parts = list(Redactor().stream(blocks))
        assert (b"".join(part for part, _ in parts), sum(count for _, count in parts)) == Redactor().masked(data)
        assert sum(count for _, count in parts) == len(tokens)
