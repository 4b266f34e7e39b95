"""A refusal reaches whoever is still sending: the request is read on, up to a limit, before the connection ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from conftest import FakeEncoder
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from web_requests import API, PATIENCE, served

import qa
from qa.web.gate import QUESTION_BYTES
from qa.web.lingering import LingeringClose
from qa.web.users import Users, write_user

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Gradio's, whose server runs in this process

LONG = b"x" * (3 * QUESTION_BYTES)
OVER_FIVE_CHUNKS = b"".join(b"%x\r\n%b\r\n" % (len(LONG) // 5, LONG[: len(LONG) // 5]) for _ in range(5)) + b"0\r\n\r\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("read-only")
    library = qa.build([qa.Thread.from_text("Lenses are ground.")], folder / "library", encoder=FakeEncoder())
    with served(library, read_only=True) as client:
        yield client


def exchange(client: httpx.Client, head: str, body: bytes) -> bytes:
    """All that a client receives that sends everything first and only then reads; a reset raises an error."""
    address = client.base_url.host, client.base_url.port or 0
    with socket.create_connection(address, timeout=PATIENCE) as raw:
        raw.sendall(f"POST {head}\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n".encode() + body)
        return raw.makefile("rb").read()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"{API}/call/ask HTTP/1.1", 413),
        (f"{API}/nothing HTTP/1.1", 404),
        (f"{API}/call/ask HTTP/1.1\r\nOrigin: http://evil.example", 403),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: %d\r\n\r\n%b" % (len(LONG), LONG),
        b"Transfer-Encoding: chunked\r\n\r\n%b" % OVER_FIVE_CHUNKS,
    ],
    ids=["declared", "chunked"],
)
def test_a_refusal_is_received_by_who_sends_everything_first(
    client: httpx.Client, head: str, status: int, body: bytes
) -> None:
    received = exchange(client, f"{head}\r\nConnection: close", body)
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.count(b"HTTP/1.1 ") == 1


def test_a_refused_login_is_received_too(tmp_path: Path, library: qa.Library) -> None:
    write_user(tmp_path / "users", "ann", "correct horse battery")
    with served(library, users=Users.read(tmp_path / "users")) as client:
        head = f"{API}/call/ask HTTP/1.1\r\nConnection: close"
        received = exchange(client, head, b"Content-Length: %d\r\n\r\n%b" % (len(LONG), LONG))
        assert received.startswith(b"HTTP/1.1 401 ")


def test_who_asks_before_sending_is_refused_and_not_told_to_continue(client: httpx.Client) -> None:
    address = client.base_url.host, client.base_url.port or 0
    with socket.create_connection(address, timeout=PATIENCE) as raw:
        head = f"POST {API}/call/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(LONG)}\r\n"
        raw.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert raw.makefile("rb").readline().split()[1] == b"413"


def refused(layer: LingeringClose, receive: Receive) -> list[Message]:
    """What is sent; from a loop in a thread of its own, since Playwright leaves one that runs in this thread."""
    scope: Scope = {"type": "http", "method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def refuse() -> None:
        await layer(scope, receive, send)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, refuse()).result()
    return sent


async def refusal(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("no", 413)(scope, receive, send)


def test_a_body_without_end_is_read_up_to_a_number_of_bytes() -> None:
    read = 0

    async def endless() -> Message:
        nonlocal read
        read += 100
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    sent = refused(LingeringClose(refusal, most_bytes=1_000), endless)
    assert read == 1_000
    assert [message["type"] for message in sent] == ["http.response.start", *["http.response.body"] * 2]
    assert [message["more_body"] for message in sent[1:]] == [True, False]


def test_a_client_that_sends_nothing_more_is_waited_for_only_so_long() -> None:
    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("it never sends")

    sent = refused(LingeringClose(refusal, most_seconds=0.01), silent)
    assert sent[1]["body"] == b"no", "the answer comes first"
    assert not sent[-1]["more_body"]
