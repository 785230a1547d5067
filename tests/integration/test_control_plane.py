"""The Prefect server that ronda starts, asked by those who should not: nobody reads secrets or changes what runs."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from flows.exits import RondaError, UsageError
from flows.orchestrator import Orchestrator, orchestrated
from flows.settings import Settings

SECRET = "tok3n-of-the-office"


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]


class Door(NamedTuple):
    """A running server: its port, its login, and a token against forged requests with the client it belongs to."""

    port: int
    login: str
    token: dict[str, str]

    def ask(self, method: str, path: str, body: Any = None, **headers: str | None) -> Answer:
        """An answer; without other headers the request is as the owner's client makes it. None leaves one out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"host": f"127.0.0.1:{self.port}", "authorization": basic(self.login), **self.token} | named
        if body is not None:
            sent = {"content-type": "application/json"} | sent
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, f"/api{path}", skip_host=True)
            data = b"" if body is None else json.dumps(body).encode()
            for name, value in (sent | {"content-length": str(len(data))}).items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(data)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()})
        finally:
            connection.close()


def basic(login: str) -> str:
    return "Basic " + base64.b64encode(login.encode()).decode()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    settings = Settings(home=tmp_path_factory.mktemp("guarded") / "home")
    with mock.patch.dict(os.environ), closing(Orchestrator(settings)) as server:
        server.start()
        server.wait()
        login = settings.login.read_text().strip()
        assert login not in Path(f"/proc/{server.number}/cmdline").read_text()
        plain = Door(server.port, login, {})
        token = json.loads(plain.ask("GET", "/csrf-token?client=test").text)["token"]
        yield plain._replace(token={"prefect-csrf-token": token, "prefect-csrf-client": "test"})


@pytest.fixture(scope="module")
def kept(door: Door) -> dict[str, str]:
    """A secret block and a deployment, made by the owner, who reads and changes them."""
    kind = json.loads(door.ask("GET", "/block_types/slug/secret").text)["id"]
    asked = {"block_schemas": {"block_type_id": {"any_": [kind]}}}
    schema = json.loads(door.ask("POST", "/block_schemas/filter", asked).text)[0]["id"]
    block = {"name": "facebook", "data": {"value": SECRET}, "block_type_id": kind, "block_schema_id": schema}
    made = door.ask("POST", "/block_documents/", block)
    assert made.status == 201, made.text
    flow = json.loads(door.ask("POST", "/flows/", {"name": "weekly"}).text)["id"]
    deployment = door.ask("POST", "/deployments/", {"name": "weekly", "flow_id": flow, "entrypoint": "flows/weekly.py"})
    assert deployment.status == 201, deployment.text
    paths = {
        "block": f"/block_documents/{json.loads(made.text)['id']}?include_secrets=true",
        "deployment": f"/deployments/{json.loads(deployment.text)['id']}",
    }
    assert SECRET in door.ask("GET", paths["block"]).text
    assert door.ask("PATCH", paths["deployment"], {"description": "changed by its owner"}).status == 204
    return paths


SHELL = {"pull_steps": [{"prefect.deployments.steps.run_shell_script": {"script": "id"}}]}
INTRUDERS: dict[str, dict[str, str | None]] = {
    "no login": {"authorization": None},
    "a wrong login": {"authorization": basic("ronda:" + "0" * 64)},
    "a login of another kind": {"authorization": "Bearer 1"},
    "a web page under a name of its own": {"host": "evil.example"},
    "a page of another site": {"origin": "http://evil.example"},
    "a page without a site": {"origin": "null"},
    "a server on another port": {"origin": "http://127.0.0.1:8000"},
}


@pytest.mark.parametrize("intruder", INTRUDERS)
def test_intruders_read_no_secret_and_change_nothing(door: Door, kept: dict[str, str], intruder: str) -> None:
    headers = INTRUDERS[intruder]
    refused = {401, 403, 421}
    read = door.ask("GET", kept["block"], **headers)
    assert read.status in refused
    listed = door.ask("POST", "/block_documents/filter", {"include_secrets": True}, **headers)
    changed = door.ask("PATCH", kept["deployment"], SHELL, **headers)
    assert {listed.status, changed.status} <= refused
    assert SECRET not in read.text + listed.text
    assert json.loads(door.ask("GET", kept["deployment"]).text)["pull_steps"] == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_form_that_a_browser_sends_unasked_is_refused(door: Door, kept: dict[str, str], kind: str) -> None:
    forged = dict.fromkeys(door.token, None) | {"content-type": kind}
    assert door.ask("POST", "/block_documents/filter", {"include_secrets": True}, **forged).status == 403
    assert door.ask("PATCH", kept["deployment"], SHELL, **forged).status == 403


def test_no_other_site_is_allowed_to_ask(door: Door) -> None:
    asked = {"access-control-request-method": "PATCH", "authorization": None}
    foreign = door.ask("OPTIONS", "/deployments/filter", **asked, origin="http://evil.example")
    assert foreign.status == 403
    assert "access-control-allow-origin" not in foreign.headers
    own = f"http://localhost:{door.port}"
    assert door.ask("OPTIONS", "/deployments/filter", **asked, origin=own).headers["access-control-allow-origin"] == own


def test_the_stream_of_events_wants_the_login_too(door: Door) -> None:
    address = f"ws://127.0.0.1:{door.port}/api/events/in"
    for token in ("", "ronda:" + "0" * 64):
        with connect(address, subprotocols=["prefect"]) as stream:  # type: ignore[list-item]
            stream.send(json.dumps({"type": "auth", "token": token}))
            with pytest.raises(ConnectionClosed):
                stream.recv(timeout=10)
    with connect(address, subprotocols=["prefect"]) as stream:  # type: ignore[list-item]
        stream.send(json.dumps({"type": "auth", "token": door.login}))
        assert json.loads(stream.recv(timeout=10)) == {"type": "auth_success"}
    with pytest.raises(InvalidStatus, match="403"):
        connect(address, subprotocols=["prefect"], origin="http://evil.example")  # type: ignore[list-item,arg-type]


def test_a_port_that_somebody_has_is_not_used(door: Door, tmp_path: Path) -> None:
    with (
        mock.patch.dict(os.environ),
        pytest.raises(RondaError, match=rf"Port {door.port} .* choose another server_port"),
    ):
        Orchestrator(Settings(home=tmp_path), door.port)


@pytest.mark.parametrize("login", ["", "ronda:" + "0" * 64])
def test_another_server_that_refuses_the_login_is_a_sentence(door: Door, tmp_path: Path, login: str) -> None:
    named = {"PREFECT_API_URL": f"http://127.0.0.1:{door.port}/api", "PREFECT_API_AUTH_STRING": login}
    with (
        mock.patch.dict(os.environ, named),
        pytest.raises(UsageError, match="refuses the login; set PREFECT_API_AUTH_STRING"),
        orchestrated(Settings(home=tmp_path), "CRITICAL"),
    ):
        pass


def test_another_server_is_used_with_its_login(door: Door, tmp_path: Path) -> None:
    named = {"PREFECT_API_URL": f"http://127.0.0.1:{door.port}/api", "PREFECT_API_AUTH_STRING": door.login}
    with mock.patch.dict(os.environ, named), orchestrated(Settings(home=tmp_path), "CRITICAL") as server:
        assert server is None
    assert not (tmp_path / "server.key").exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/api", "nowhere"])
def test_another_server_that_does_not_answer_is_a_sentence(tmp_path: Path, address: str) -> None:
    with (
        mock.patch.dict(os.environ, PREFECT_API_URL=address),
        pytest.raises(UsageError, match=r"does not answer; start it, or unset PREFECT_API_URL\."),
        orchestrated(Settings(home=tmp_path), "CRITICAL"),
    ):
        pass
