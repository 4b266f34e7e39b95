"""The server over real HTTP: who can reach it, what they can do, and how much of it. SECURITY.md names these tests."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from web_requests import API, QUESTION, answer, call, names, turn, wait_until

import qa

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Gradio's, whose server runs in this process


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


# What of Gradio can be reached


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/redoc"), ("GET", "/docs/oauth2-redirect"), ("GET", "/monitoring"), ("GET", "/monitoring/summary"),
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


def turn_before() -> dict[str, str]:
    return {"question": "x", "answer": "", "title": ""}


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
    histories: list[object] = [5, [5], [{}], [["x", "y"]], [{"question": "x", "answer": None, "title": ""}]]
    histories += [[{"question": "x", "answer": "", "title": "", "more": ""}], 10 * [turn_before()]]
    asked = [{"question": 1}, {"question": "x", "k": "5"}, {"question": "x", "k": 10_000}]
    asked += [{"question": "x", "history": history} for history in histories]
    for body in [*MALFORMED, *(json.dumps(one).encode() for one in asked)]:
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


def test_uploads_lie_in_a_folder_of_their_own(own_folder: Path, upload_folder: Path) -> None:
    assert os.environ["GRADIO_TEMP_DIR"] == str(upload_folder), "the setting is as it was"
    assert own_folder.stat().st_mode & 0o077 == 0, "nobody else on the machine reads the uploads"


def test_the_page_tells_the_browser_what_to_refuse(client: httpx.Client) -> None:
    for path in ("/", "/config", "/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(client.get("/healthz").text)["status"] == "ok"
