"""The server over real HTTP: who can reach it, what they can do, and how much of it. SECURITY.md names these tests."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import FakeEncoder
from web_requests import API, answer, ask, call, functions, served, turn

import qa
from qa.encoding.encoder import Vectors
from qa.types import Progress, no_progress
from qa.web import ServerSettings, uploads
from qa.web.gate import QUESTION_BYTES
from qa.web.page import CONCURRENT_QUESTIONS, MOST_WAITING
from qa.web.users import Users, write_user

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Gradio's, whose server runs in this process

QUESTION = "Where are lenses ground?"
PASSWORD = "correct horse battery"
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}  # what a trusted proxy on this machine adds


@pytest.fixture(scope="module")
def upload_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the folders for uploads are, one for each server."""
    folder = tmp_path_factory.mktemp("uploads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def open_library(tmp_path_factory: pytest.TempPathFactory) -> qa.Library:
    """A library that can be changed from its page; the tests that share it say so if they do."""
    text = qa.Thread.from_text("Lenses are ground in Solms. The price is high.", title="Lenses")
    return qa.build([text], tmp_path_factory.mktemp("open") / "library", encoder=FakeEncoder())


@pytest.fixture(scope="module")
def client(open_library: qa.Library, upload_folder: Path) -> Iterator[httpx.Client]:
    """A page on this machine alone, where the library can be changed."""
    with served(open_library) as client:
        yield client


@pytest.fixture
def own_folder(client: httpx.Client, upload_folder: Path) -> Path:
    """The folder of this page's uploads."""
    (path,) = client.post(f"{API}/upload", files={"files": ("own.txt", b"Own.")}).json()
    folder = Path(path).parents[1]
    assert folder.parent == upload_folder
    return folder


@pytest.fixture
def users(tmp_path: Path) -> Users:
    write_user(tmp_path / "users", "ann", PASSWORD)
    return Users.read(tmp_path / "users")


def names(library: qa.Library) -> list[str]:
    return [source.name for source in library.sources]


# Reading only where others can reach it


@pytest.mark.parametrize(
    "settings",
    [{"read_only": True}, {"host": "0.0.0.0"}, {"allowed_hosts": ("chat.example",)}, {"root_path": "/chat"}],
)
def test_a_page_that_others_can_reach_has_no_event_that_changes_the_library(
    library: qa.Library, settings: dict[str, Any]
) -> None:
    before = names(library)
    with served(library, **settings) as client:
        assert set(functions(client)) & {"add", "replace", "ask_to_replace", "remove_text", "cancel"} == set()
        assert client.post(f"{API}/upload", files={"files": ("a.txt", b"Mars is red.")}).status_code == 404
        for number in range(40):
            for data in ([], ["Mars is red.", "Mars", None, None], ["Mars", None]):
                body = {"fn_index": number, "data": data, "session_hash": "s"}
                assert client.post(f"{API}/run/predict", json=body).status_code in (200, 400)
        for name in ("rebuild", "add", "replace", "remove_text", "cancel"):
            for route in ("call", "call/v2", "run", "api"):
                assert client.post(f"{API}/{route}/{name}", json={"data": ["Mars is red.", "", None]}).is_client_error
        assert ask(client, QUESTION)["quotes"]
    assert names(library) == before


def test_the_settings_say_who_can_do_what(users: Users) -> None:
    assert ServerSettings().changes
    assert not ServerSettings(read_only=True).changes
    assert not ServerSettings(host="0.0.0.0").changes
    assert not ServerSettings(host="0.0.0.0", users=users).changes
    assert ServerSettings(host="0.0.0.0", users=users, allow_changes=True).changes
    assert ServerSettings().summary() == "Only this machine can reach it; it can ask and change the library."
    assert ServerSettings(host="0.0.0.0").summary() == (
        "Everyone who can reach it can ask, and nobody can change the library."
    )
    assert ServerSettings(host="0.0.0.0", users=users, allow_changes=True).summary() == (
        "Those listed in users, after logging in, can ask and change the library."
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"allow_changes": True}, "--auth"),
        ({"root_path": "chat"}, "'chat'"),
        ({"questions_per_minute": 0}, "at least 1"),
    ],
)
def test_settings_that_would_let_anyone_in_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(qa.SettingError, match=message):
        ServerSettings(**settings)


# The login


def test_nothing_is_shown_without_a_login(library: qa.Library, users: Users) -> None:
    with served(library, users=users) as client:
        for path in ("/", "/config", f"{API}/info", "/theme.css", "/assets/x.js", f"{API}/queue/data?session_hash=s"):
            refused = client.get(path)
            assert refused.status_code == 401, path
            assert refused.headers["www-authenticate"].startswith("Basic")
        assert client.post(f"{API}/call/ask", json={"data": ["x"]}).status_code == 401
        assert client.get("/healthz").status_code == 200
        for wrong in (("ann", "wrong password"), ("bob", PASSWORD), ("ann", "")):
            assert client.get("/", auth=wrong).status_code == 401
        client.auth = ("ann", PASSWORD)
        assert client.get("/").status_code == 200
        assert ask(client, QUESTION)["quotes"]


def test_passwords_cannot_be_tried_without_end(library: qa.Library, users: Users) -> None:
    with served(library, users=users) as client:
        assert client.get("/", auth=("ann", PASSWORD)).status_code == 200
        tries = [client.get("/", auth=("ann", f"wrong {number}")).status_code for number in range(12)]
        assert tries == [401] * 10 + [429] * 2
        assert client.get("/", auth=("ann", PASSWORD)).status_code == 200, "who is in stays in"


def test_the_file_of_users_holds_no_password(tmp_path: Path) -> None:
    file = tmp_path / "users"
    assert write_user(file, "ann", PASSWORD)
    assert not write_user(file, "ann", "another password")
    assert write_user(file, "bob", PASSWORD)
    lines = file.read_text().splitlines()
    assert [line.split("$")[:2] for line in lines] == [["ann:", "argon2id"], ["bob:", "argon2id"]]
    assert file.stat().st_mode & 0o077 == 0
    assert PASSWORD not in file.read_text()
    users = Users.read(file)
    assert users.check("ann", "another password") and not users.check("ann", PASSWORD)


@pytest.mark.parametrize("text", ["", "ann", "ann:secret", "a b:$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "\n\n"])
def test_a_file_that_names_no_users_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "users").write_text(text)
    with pytest.raises(qa.SettingError, match="qa user"):
        Users.read(tmp_path / "users")


@pytest.mark.parametrize(
    ("name", "password"), [("a:b", PASSWORD), ("", PASSWORD), ("ann", "short"), ("a\nb", PASSWORD)]
)
def test_a_user_needs_a_plain_name_and_a_password(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(qa.SettingError):
        write_user(tmp_path / "users", name, password)
    assert not (tmp_path / "users").exists()


# Host and Origin


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example:7860"},
        {"Host": "user@127.0.0.1"},
        {"Host": ""},
        {"Host": "[::1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-Host": "chat.example"},
        {"Forwarded": "for=203.0.113.7"},
    ],
)
def test_a_page_of_another_site_reaches_nothing(
    open_library: qa.Library, client: httpx.Client, headers: dict[str, str], own_folder: Path
) -> None:
    before = names(open_library), sorted(own_folder.rglob("*"))
    number = functions(client)["replace"]
    body = {"fn_index": number, "data": ["Mars is red.", "", None, None], "session_hash": "s"}
    assert client.post(f"{API}/run/predict", json=body, headers=headers).status_code == 403
    assert client.get("/", headers=headers).status_code == 403
    assert client.get(f"{API}/info", headers=headers).status_code == 403
    uploaded = client.post(f"{API}/upload", files={"files": ("a.txt", b"Mars is red.")}, headers=headers)
    assert uploaded.status_code == 403
    assert (names(open_library), sorted(own_folder.rglob("*"))) == before


def test_two_hosts_in_one_request_are_refused(client: httpx.Client) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        status = raw.makefile("rb").readline().split()[1]
    assert status in (b"400", b"403")


def test_the_own_page_and_a_link_from_elsewhere_are_let_through(client: httpx.Client) -> None:
    own = f"http://127.0.0.1:{client.base_url.port}"
    assert client.get("/", headers={"Origin": own, "Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.get("/", headers={"Host": f"localhost:{client.base_url.port}"}).status_code == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200
    assert client.post(f"{API}/call/ask", json={"data": ["x"]}, headers=link).status_code == 403


def test_a_proxy_may_pass_on_its_name_and_its_path(library: qa.Library) -> None:
    with served(library, allowed_hosts=("chat.example",), root_path="/chat") as client:
        client.headers.update({"Host": "chat.example", "X-Forwarded-Proto": "https", **ELSEWHERE})
        for path in ("/chat/config", "/config"):  # whether the proxy takes the path off or not
            assert client.get(path).json()["root"] == "https://chat.example/chat"
        assert client.get("/config", headers={"X-Forwarded-Host": "evil.example"}).json()["root"] == (
            "https://chat.example/chat"
        )
        assert client.get("/chat").headers["location"] == "/chat/"
        assert client.get("/chat/", headers={"Origin": "https://chat.example"}).status_code == 200
        assert client.get("/chat/healthz").json() == client.get("/healthz").json() == {"status": "ok"}


# It fetches nothing


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """An address of another server, and what it has been asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/secret.txt", asked
        server.shutdown()


def test_no_address_is_fetched_and_no_other_file_is_read(
    open_library: qa.Library, client: httpx.Client, elsewhere: tuple[str, list[str]], own_folder: Path, tmp_path: Path
) -> None:
    url, asked = elsewhere
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret is blue.")
    own = own_folder
    (own / "link").symlink_to(secret)
    before = names(open_library)
    for path in (
        url,
        url.upper(),
        str(secret),
        f"{own}/../../secret.txt",
        f"{own}/link",
        f"file://{secret}",
        "",
        str(own),
    ):
        for file in ({"path": path, "meta": {"_type": "gradio.FileData"}}, {"path": path, "url": url}, path):
            for data in (["", "", [file], None], ["", "", file, None], ["", "", [[file]], None]):
                for name in ("add", "replace", "ask_to_replace"):
                    assert call(client, name, data[:3] if name == "ask_to_replace" else data).status_code in (200, 400)
        assert client.get(f"{API}/file={path}").status_code == 404
        assert client.get(f"{API}/proxy={path}").status_code == 404
    file = {"path": url, "url": url, "meta": {"_type": "gradio.FileData"}}
    assert turn(client, file).status_code == 400
    assert call(client, "watch", [file]).status_code == 200, "what the page keeps itself is not taken from outside"
    assert client.post(f"{API}/call/ask", json={"data": [file, 5, False]}).status_code == 400
    assert asked == []
    assert names(open_library) == before


def test_an_upload_is_read_and_can_be_fetched_again(open_library: qa.Library, client: httpx.Client) -> None:
    (path,) = client.post(f"{API}/upload", files={"files": ("mars.txt", b"Mars is red.")}).json()
    assert client.get(f"{API}/file={path}").text == "Mars is red."
    file = {"path": path, "url": "http://evil.example/x", "meta": {"_type": "gradio.FileData"}}
    assert call(client, "add", ["", "", [file], None]).status_code == 200
    wait_until(lambda: "mars.txt" in names(open_library))
    wait_until(lambda: not Path(path).exists(), "the library has its own copy")


def wait_until(true: Any, what: str = "") -> None:
    waited = threading.Event()
    for _ in range(600):
        if true():
            return
        waited.wait(0.1)
    pytest.fail(f"it never came true: {what}")


# What of Gradio can be reached


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/monitoring"), ("GET", "/monitoring/summary"),
        ("GET", "/login"), ("POST", "/login"), ("GET", "/logout"), ("GET", f"{API}/token"), ("GET", f"{API}/user"),
        ("GET", f"{API}/dev/reload"), ("GET", f"{API}/deep_link"), ("GET", f"{API}/runs"),
        ("GET", f"{API}/file=/etc/passwd"),
        ("GET", f"{API}/file/etc/passwd"), ("GET", f"{API}/proxy=https://x.hf.space/a"), ("POST", f"{API}/stream/x"),
        ("POST", f"{API}/component_server"), ("POST", f"{API}/process_recording"), ("POST", f"{API}/vibe-edit"),
        ("GET", f"{API}/vibe-code"), ("POST", f"{API}/cancel"), ("POST", f"{API}/reset"), ("POST", f"{API}/api/ask"),
        ("POST", f"{API}/call/v2/ask"), ("GET", f"{API}/profiling/traces"), ("GET", f"{API}/run-history/records"),
        ("PUT", "/"), ("DELETE", f"{API}/upload"), ("GET", f"{API}/queue/status"), ("GET", "/assets/..\\..\\x"),
        ("GET", f"{API}/custom_component/x/y/z/style.css"), ("OPTIONS", f"{API}/queue/join"),
    ],
)  # fmt: skip
def test_the_rest_of_gradio_is_not_there(client: httpx.Client, method: str, path: str) -> None:
    assert client.request(method, path, json={} if method == "POST" else None).status_code == 404


MALFORMED = [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"data": {}}', b'{"data": null, "session_hash": "s", "fn_index": 1}',
    b'{"data": [1, 2, 3, 4, 5, 6], "session_hash": "s", "fn_index": 1}', b"[" * 100_000,
    b'{"data": [], "session_hash": "../../x", "fn_index": 1}', b'{"data": [], "session_hash": null, "fn_index": 1}',
    b'{"data": [], "session_hash": "s", "fn_index": true}', b'{"data": [], "session_hash": "s", "fn_index": 1e999}',
    b'{"data": [{}], "session_hash": "s", "fn_index": 1}', b'{"data": [NaN], "session_hash": "s", "fn_index": 0}',
]  # fmt: skip


def test_a_malformed_request_is_refused_and_nothing_is_printed(
    client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    for body in MALFORMED:
        for route in ("queue/join", "run/predict", "call/ask"):
            for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
                refused = client.post(f"{API}/{route}", content=body, headers={"Content-Type": kind})
                assert refused.status_code == 400, (body, route)
                assert refused.json()["detail"]
    clicks = [
        {},
        [],
        "x",
        {"row": 1},
        {"row": "-1", "generation": "x"},
        {"row": "9" * 500},
        {"turn": "x", "quote": "²"},
    ]
    for click in clicks:
        assert call(client, "remove_text", [None], event_data=click).status_code in (200, 400), click
    for body in [*MALFORMED, b'{"question": 1}', b'{"question": "x", "k": "5"}', b'{"question": "x", "k": 10000}']:
        assert client.post("/page/turn", content=body).status_code == 400, body
    for query in ("source=", "source=x&at=9-1", f"source=Lenses&at={'9' * 500}-2", "source=Lenses&at=²-3&marks=x"):
        assert client.get(f"/page/thread?{query}").status_code == 200, query
    output = capfd.readouterr()
    assert "Traceback" not in output.err + output.out


@pytest.mark.parametrize("arguments", [["", 5, False], [QUESTION, 0, False], [QUESTION, 10**30, True], ["x" * 50_000]])
def test_a_programs_mistake_is_said_and_leaves_no_traceback(
    client: httpx.Client, capfd: pytest.CaptureFixture[str], arguments: list[Any]
) -> None:
    joined = client.post(f"{API}/call/ask", json={"data": arguments})
    said = answer(client, joined.json()["event_id"])
    assert said["status"] == "error"
    output = capfd.readouterr()
    assert "Traceback" not in output.err + output.out


# Bounds


def test_a_body_that_is_too_long_is_refused_before_it_is_read(client: httpx.Client) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as raw:
        head = f"POST {API}/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        raw.sendall(f"{head}Content-Length: 200000000\r\n\r\n{{".encode())
        assert raw.makefile("rb").readline().split()[1] == b"413"


@pytest.mark.parametrize("route", ["queue/join", "run/predict", "call/ask"])
def test_a_body_without_a_length_is_refused_once_it_is_too_long(library: qa.Library, route: str) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += QUESTION_BYTES
            yield b"x" * QUESTION_BYTES

    with served(library, read_only=True) as client:
        with contextlib.suppress(
            httpx.WriteError, httpx.ReadError
        ):  # the server may close the connection before all is sent
            assert client.post(f"{API}/{route}", content=endless()).status_code == 413
        assert ask(client, QUESTION)["quotes"]
    assert sent < 50 * QUESTION_BYTES, "what the buffers of two sockets hold"


@pytest.mark.parametrize("declared", [True, False])
def test_uploads_are_bounded_in_size(
    client: httpx.Client, own_folder: Path, monkeypatch: pytest.MonkeyPatch, declared: bool
) -> None:
    for file in own_folder.rglob("*.txt"):
        file.unlink()
    monkeypatch.setattr(uploads, "MOST_BYTES", 100_000)
    unfinished = sum(file.is_file() for file in own_folder.iterdir())
    assert client.post(f"{API}/upload", files={"files": ("a.txt", b"a" * 60_000)}).status_code == 200
    request = client.build_request("POST", f"{API}/upload", files={"files": ("b.txt", b"b" * 60_000)})
    if not declared:
        kind = {"Content-Type": request.headers["content-type"]}
        request = client.build_request("POST", f"{API}/upload", content=iter([request.read()]), headers=kind)
    refused = client.send(request)
    assert refused.status_code == 413
    assert "no room" in refused.text or "at most" in refused.text
    assert [file.name for file in own_folder.glob("*/*")] == ["a.txt"]
    assert sum(file.is_file() for file in own_folder.iterdir()) <= unfinished


def test_uploads_are_bounded_in_number(client: httpx.Client, own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in own_folder.rglob("*.txt"):
        file.unlink()
    monkeypatch.setattr(uploads, "MOST_FILES", 3)
    files = [("files", (f"{number}.txt", b"%d" % number)) for number in range(3)]
    assert len(client.post(f"{API}/upload", files=files).json()) == 3
    assert client.post(f"{API}/upload", files={"files": ("b.txt", b"b")}).status_code == 413


class Waiting(FakeEncoder):
    """An encoder that makes questions wait while its gate is shut."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    def encode(self, texts: Any, *, progress: Progress = no_progress) -> Vectors:
        assert self.gate.wait(60)
        return super().encode(texts, progress=progress)


def test_questions_beyond_the_queue_are_told_to_try_again(tmp_path: Path) -> None:
    encoder = Waiting()
    library = qa.build([qa.Thread.from_text("Lenses are ground in Solms.")], tmp_path / "l", encoder=encoder)
    with served(library, read_only=True) as client:
        encoder.gate.clear()
        joined = [client.post(f"{API}/call/ask", json={"data": [f"{QUESTION} {number}"]}) for number in range(150)]
        taken = [said.json()["event_id"] for said in joined if said.status_code == 200]
        turned_away = [said for said in joined if said.status_code != 200]
        assert MOST_WAITING <= len(taken) <= MOST_WAITING + CONCURRENT_QUESTIONS
        assert {said.status_code for said in turned_away} == {503}
        assert {said.headers["retry-after"] for said in turned_away} == {"5"}
        assert all("busy, try again" in said.json()["detail"] for said in turned_away)
        assert call(client, "greet", []).status_code == 200, "a page still opens"
        encoder.gate.set()
        assert all(answer(client, event)["quotes"] for event in taken)
        assert ask(client, QUESTION)["quotes"]


def test_questions_of_the_page_beyond_those_that_may_wait_are_turned_away(tmp_path: Path) -> None:
    encoder = Waiting()
    library = qa.build([qa.Thread.from_text("Lenses are ground in Solms.")], tmp_path / "l", encoder=encoder)
    with served(library, read_only=True) as client, ThreadPoolExecutor(40) as asking:
        encoder.gate.clear()
        asked = [asking.submit(turn, client, f"{QUESTION} {number}") for number in range(40)]
        wait_until(lambda: sum(each.done() for each in asked) == 40 - MOST_WAITING - CONCURRENT_QUESTIONS)
        turned_away = [each.result() for each in asked if each.done()]
        assert {said.status_code for said in turned_away} == {503}
        assert {said.headers["retry-after"] for said in turned_away} == {"5"}
        encoder.gate.set()
        assert sum(each.result().status_code == 200 for each in asked) == MOST_WAITING + CONCURRENT_QUESTIONS
        assert turn(client, QUESTION).json()["answer"]["quotes"]


def test_an_answer_that_is_known_already_costs_its_asker_nothing(library: qa.Library) -> None:
    with served(library, allowed_hosts=("chat.example",), questions_per_minute=2) as client:
        client.headers.update(ELSEWHERE)
        assert [turn(client, QUESTION).status_code for _ in range(5)] == [200] * 5
        assert [turn(client, text).status_code for text in ("x", "y", "z")] == [200, 429, 429]
        assert turn(client, QUESTION).status_code == 200
        library.add(qa.Thread.from_text("Mars is red.", title="Mars"))
        assert turn(client, QUESTION).status_code == 429, "other texts may answer otherwise"


def test_an_address_may_ask_so_many_questions_a_minute(library: qa.Library) -> None:
    with served(library, allowed_hosts=("chat.example",), questions_per_minute=3) as client:
        said = [client.post(f"{API}/call/ask", json={"data": ["x"]}, headers=ELSEWHERE) for _ in range(5)]
        assert [one.status_code for one in said] == [200, 200, 200, 429, 429]
        assert turn(client, "x").status_code == 200, "this machine may go on"
        other = {"X-Forwarded-For": "203.0.113.8"}
        assert client.post(f"{API}/call/ask", json={"data": ["x"]}, headers=other).status_code == 200
        pretended = {"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}  # the proxy adds to what the client has sent
        assert client.post(f"{API}/call/ask", json={"data": ["x"]}, headers=pretended).status_code == 429
        neighbours = [
            client.post(f"{API}/call/ask", json={"data": ["x"]}, headers={"X-Forwarded-For": f"2001:db8::{number}"})
            for number in range(1, 5)
        ]
        assert [one.status_code for one in neighbours] == [200, 200, 200, 429]


def test_uploads_lie_in_a_folder_of_their_own(own_folder: Path, upload_folder: Path) -> None:
    assert os.environ["GRADIO_TEMP_DIR"] == str(upload_folder), "the setting is as it was"
    assert own_folder.stat().st_mode & 0o077 == 0, "nobody else on the machine reads the uploads"


def test_the_page_tells_the_browser_what_to_refuse(client: httpx.Client) -> None:
    for path in ("/", "/config", "/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(client.get("/healthz").text) == {"status": "ok"}
