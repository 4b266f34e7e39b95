"""A program that plays the browser: it sends what the page sends, and what the page never would."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

import qa
from qa.web import launch

API = "/gradio_api"
QUESTION = "Where are lenses ground?"
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}  # what a trusted proxy on this machine adds
PATIENCE = 60.0  # seconds for one request, on a machine with other work


@contextmanager
def served(library: qa.Library | Sequence[qa.Library], **settings: Any) -> Iterator[httpx.Client]:
    """A client of the page over this library, on a free port, while the block runs."""
    with (
        launch(library, port=0, **settings) as server,
        httpx.Client(base_url=server.url, timeout=PATIENCE, trust_env=False) as client,
    ):
        yield client


@contextmanager
def uploads_below(folder: Path) -> Iterator[Path]:
    """Have Gradio put uploads into a folder, so that none are left in the system's temporary one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


def functions(client: httpx.Client) -> dict[str, int]:
    """The numbers of the page's events, by the names of their functions."""
    events = client.get("/config").json()["dependencies"]
    return {event["api_name"] or f"js_{event['id']}": event["id"] for event in events}


def call(client: httpx.Client, name: str, data: list[Any], session: str = "s1", **more: Any) -> httpx.Response:
    """Send an event that does not wait in the queue, by the name of its function."""
    body = {"fn_index": functions(client)[name], "data": data, "session_hash": session, **more}
    return client.post(f"{API}/run/predict", json=body)


def turn(client: httpx.Client, question: Any) -> httpx.Response:
    """Ask as the page does."""
    return client.post("/page/turn", json={"question": question})


def ask(client: httpx.Client, question: str) -> dict[str, Any]:
    """Ask as a program does; the answer, or what was said instead."""
    joined = client.post(f"{API}/call/ask", json={"data": [question]})
    if joined.status_code != 200:
        return {"status": joined.status_code, **joined.json()}
    return answer(client, joined.json()["event_id"])


def answer(client: httpx.Client, event: str) -> dict[str, Any]:
    """Fetch the answer to a question that has been asked."""
    events = client.get(f"{API}/call/ask/{event}").text.split("\n\n")
    kind, data = (line.partition(": ")[2] for line in events[-2].splitlines())
    said = json.loads(data)
    return dict(said[0]) if kind == "complete" else {"status": kind, "detail": said}


def wait_until(true: Any, what: str = "") -> None:
    waited = threading.Event()
    for _ in range(600):
        if true():
            return
        waited.wait(0.1)
    pytest.fail(f"it never came true: {what}")


def names(library: qa.Library) -> list[str]:
    return [source.name for source in library.sources]
