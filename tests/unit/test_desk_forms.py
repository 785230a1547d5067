"""What a browser sends is read as it was sent, or refused."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.desk import forms

ADDRESS = "http://localhost/"


@given(st.binary(max_size=400), st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=40))
def test_a_file_and_a_text_arrive_as_they_were_sent(content: bytes, text: str) -> None:
    sent = httpx.Request("POST", ADDRESS, data={"remark": text}, files={"file": ("x.png", content)})
    form = forms.read(sent.read(), sent.headers["content-type"])
    assert form.files == {"file": content}
    assert form.texts == {"remark": text.strip()}


@given(
    st.binary(max_size=300),
    st.sampled_from(["multipart/form-data", "multipart/form-data; boundary=x", "", "text/html"]),
)
def test_no_body_breaks_the_reader(body: bytes, kind: str) -> None:
    try:
        forms.read(body, kind)
    except forms.UnreadableError:
        return


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=%ff%fe", ""),
        (b"&".join(b"a=1" for _ in range(30)), ""),
        (b"hello", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\nno name\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    ],
)
def test_what_is_none_of_ours_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(forms.UnreadableError):
        forms.read(body, kind)
