"""Whatever is sent to the server is bounded."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import FakeEncoder
from web_requests import API, ELSEWHERE, PATIENCE, QUESTION, answer, ask, call, served, turn, wait_until

import qa
from qa.encoding.encoder import Vectors
from qa.types import Progress, no_progress
from qa.web import launch, uploads
from qa.web.gate import QUESTION_BYTES
from qa.web.page import CONCURRENT_QUESTIONS, MOST_WAITING

# Gradio's warnings: its server runs in this process.
pytestmark = [pytest.mark.reliability, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


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


def test_only_so_many_open_pages_are_known(library: qa.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.web.page.MOST_SESSIONS", 3)
    with launch(library, port=0) as server, httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        for number in range(6):
            assert call(client, "watch", [None], session=f"s{number}").status_code == 200
        (inner,) = server._server._application.inner
        assert list(inner.blocks.state_holder.session_data) == ["s3", "s4", "s5"]
