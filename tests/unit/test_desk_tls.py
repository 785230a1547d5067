"""The desk answers other machines only by TLS: with files of its own, or behind a proxy that is named."""

import http.client
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from flows import serving
from flows.desk import people
from flows.desk.app import desk
from flows.exits import UsageError
from flows.settings import Settings
from tests.conftest import REPOSITORY, free_port
from tests.desk_fixture import PASSWORD

OTHER = "127.0.0.2"  # another address than the one of this machine alone


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-made certificate of OTHER, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-subj", f"/CN={OTHER}", "-addext", f"subjectAltName=IP:{OTHER}"]
    subprocess.run([*words, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def running(tmp_path: Path, files: tuple[Path, Path]) -> Iterator[int]:
    """`ronda desk --host` in a process of its own; gives its port."""
    people.add(tmp_path, "sri", "coder", PASSWORD)
    port = free_port()
    words = [sys.executable, "-c", "from flows.cli import main; main()", "desk", "--host", OTHER]
    words += ["--certificate", str(files[0]), "--key", str(files[1])]
    place = {"RONDA_HOME": str(tmp_path), "RONDA_DESK_PORT": str(port), "PYTHONPATH": str(REPOSITORY), "PATH": ""}
    with subprocess.Popen(words, env=place, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Desk: https://{OTHER}:{port}/\n"
        yield port
        process.terminate()


def ask(port: int, files: tuple[Path, Path], **fields: str) -> http.client.HTTPResponse:
    context = ssl.create_default_context(cafile=files[0])
    end = time.monotonic() + 20
    while True:
        connection = http.client.HTTPSConnection(OTHER, port, timeout=20, context=context)
        try:
            headers = {"origin": f"https://{OTHER}:{port}", "content-type": "application/x-www-form-urlencoded"}
            connection.request("POST" if fields else "GET", "/masuk", urlencode(fields), headers)
            return connection.getresponse()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise


def test_the_desk_is_started_with_tls_and_keeps_its_cookie_to_it(running: int, files: tuple[Path, Path]) -> None:
    assert ask(running, files).status == 200
    answer = ask(running, files, name="sri", password=PASSWORD)
    assert answer.status == 303
    assert "; Secure" in (answer.getheader("set-cookie") or "")
    plain = http.client.HTTPConnection(OTHER, running, timeout=20)
    plain.request("GET", "/masuk")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        plain.getresponse()


def test_files_that_do_not_belong_together_are_a_sentence(tmp_path: Path, files: tuple[Path, Path]) -> None:
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "genrsa", "-out", other, "2048"], check=True, capture_output=True)
    settings = Settings(home=tmp_path, desk_port=free_port())
    for certificate, key in ((files[0], other), (tmp_path / "none.pem", files[1]), (files[1], files[0])):
        with pytest.raises(UsageError, match="give a certificate in PEM"):
            serving.desk_site(settings, serving.Tls(certificate, key, OTHER))


def test_a_proxy_without_tls_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="write the https address"):
        serving.desk_site(Settings(home=tmp_path, desk_address="http://meja.batang.example"))


def test_behind_its_proxy_the_desk_takes_forms_and_keeps_its_cookie_to_tls(tmp_path: Path) -> None:
    people.add(tmp_path, "sri", "coder", PASSWORD)
    address = "https://meja.batang.example"
    app = desk(Settings(home=tmp_path, desk_address=address))
    client = TestClient(app, base_url="http://127.0.0.1:8490", follow_redirects=False)
    passed = {"host": "meja.batang.example", "origin": address}
    answer = client.post("/masuk", data={"name": "sri", "password": PASSWORD}, headers=passed)
    assert answer.status_code == 303
    assert "; Secure" in answer.headers["set-cookie"]
    assert client.get("/masuk", headers={"host": "evil.example"}).status_code == 421
