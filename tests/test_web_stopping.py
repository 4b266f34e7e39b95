"""`qa serve` as a process: how it ends, what it says, and what it logs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from web_requests import API, PATIENCE, answer

from qa.web.stopping import LONGEST_STOP, QUIET, Stopping

pytestmark = pytest.mark.reliability

SERVER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from conftest import FakeEncoder
import qa
from qa.cli.main import main

class Slow(FakeEncoder):
    def encode(self, texts, **more):
        if texts == ["slow"]:
            time.sleep(3)
        return super().encode(texts, **more)

text = qa.Thread.from_text("Lenses are ground in Solms.", title="Lenses")
library = qa.build([text], sys.argv[2], encoder=Slow())
qa.library.library.Library.open = classmethod(lambda cls, *_, **__: library)
sys.exit(main(["serve", "--port", "0", "--library", sys.argv[2], *sys.argv[3:]]))
"""


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`qa serve` over a small library, and a client of it."""
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder / "uploads"), "PYTHONPATH": os.pathsep.join(sys.path)}
    tests = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SERVER, tests, str(folder / "library"), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            url = next((word for word in line.split() if word.startswith("http")), None)
            assert url, server.communicate()[1]
            with httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False) as client:
                yield server, client
        finally:
            if server.poll() is None:
                server.kill()


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_questions_in_flight_are_answered_and_new_ones_refused(tmp_path: Path, ends: signal.Signals) -> None:
    with serving(tmp_path) as (server, client):
        asked = [client.post(f"{API}/call/ask", json={"data": ["slow"]}).json()["event_id"] for _ in range(6)]
        answers: list[dict[str, Any]] = []
        readers = [threading.Thread(target=lambda one=one: answers.append(answer(client, one))) for one in asked]
        for reader in readers:
            reader.start()
        threading.Event().wait(0.5)
        server.send_signal(ends)
        threading.Event().wait(0.3)
        refused = client.post(f"{API}/call/ask", json={"data": ["late"]})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        assert client.get("/").status_code == 503
        health = client.get("/healthz")
        assert (health.status_code, health.json()["status"]) == (503, "stopping")
        for reader in readers:
            reader.join()
        assert [len(one["quotes"]) for one in answers] == [1] * 6
        _, log = server.communicate(timeout=60)
        assert server.returncode == 0
        assert log == "", "it is quiet unless asked to be otherwise"
        assert list((tmp_path / "uploads").glob("verbatim-*")) == [], "uploads go with the server"


def test_a_page_that_is_open_does_not_keep_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client), client.stream("GET", f"{API}/heartbeat/s1") as heartbeat:
        next(heartbeat.iter_raw())
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=LONGEST_STOP / 2)
        assert (server.returncode, log) == (0, "")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs Linux's list of mapped files")
def test_no_package_is_loaded_for_components_that_the_page_does_not_have(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client):
        for _ in range(2):  # Gradio sums up run times after an answer, and did so with pandas
            asked = client.post(f"{API}/call/ask", json={"data": ["Where are lenses ground?"]}).json()["event_id"]
            assert len(answer(client, asked)["quotes"]) == 1
        threading.Event().wait(0.5)
        mapped = Path(f"/proc/{server.pid}/maps").read_text("utf-8")
        assert [name for name in ("pandas", "pyarrow", "matplotlib", "cryptography", "faiss") if name in mapped] == []
        assert "numpy" in mapped


def test_stopping_has_an_end() -> None:
    now = 100.0
    stopping = Stopping(None, clock=lambda: now)  # type: ignore[arg-type]
    assert not stopping.stopped
    stopping._in_flight = 1
    stopping.stop()
    now += LONGEST_STOP - 1
    assert not stopping.stopped
    now += 1
    assert stopping.stopped
    stopping._in_flight = 0
    assert QUIET < 1 and stopping.stopped


def test_the_log_is_json_without_questions_unless_asked_for(tmp_path: Path) -> None:
    for options, texts in ((["--log", "requests"], set()), (["--log-questions"], {"Who is <b>?\n"})):
        folder = tmp_path / options[0]
        folder.mkdir()
        with serving(folder, *options) as (server, client):
            event = client.post(f"{API}/call/ask?token=secret", json={"data": ["Who is <b>?\n"]}).json()["event_id"]
            answer(client, event)
            client.post(f"{API}/queue/join", content=b"{")
            server.send_signal(signal.SIGTERM)
            _, log = server.communicate(timeout=60)
        lines = [json.loads(line) for line in log.splitlines()]
        requests = [(line["path"], line["status"]) for line in lines if line["event"] == "request"]
        assert (f"{API}/call/ask", 200) in requests
        assert (f"{API}/queue/join", 400) in requests
        (question,) = [line for line in lines if line["event"] == "question"]
        assert {question[name] for name in ("question",) if name in question} == texts
        assert question["characters"] == 12 and question["milliseconds"] >= 0
        assert {line["level"] for line in lines} == {"info"}
        assert "secret" not in log and event not in log
        assert texts or "Who" not in log
