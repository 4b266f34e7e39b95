"""A crowd before the server: questions while another program rebuilds the library, and memory over many sessions."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

import qa
from benchmarks.torture.report import Tally
from benchmarks.torture.specimen import WordEncoder, opened, thread

_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE = 120.0  # seconds for one request, on a machine with other work
_SECONDS_TO_FOLLOW = 30.0
_GROWTH = 30 << 20  # bytes: 3 KB for each of 10,000 sessions; those that Gradio keeps are bounded


def crowd(work: Path, tally: Tally, clients: int, questions: int, rebuilds: int) -> None:
    """Ask a server from many clients while another program rebuilds its library.

    Args:
        work: An empty folder.
        tally: Takes what came of it.
        clients: How many clients ask at once.
        questions: How many questions each asks.
        rebuilds: How often the library is rebuilt meanwhile.
    """
    tally.note = f"{clients} clients, {questions} questions each, {rebuilds} rebuilds"
    library = qa.build(_town(0), work / "served", encoder=WordEncoder(), reader=None)
    with _server(work / "served") as (url, _), ThreadPoolExecutor(clients) as threads:
        asked = [threads.submit(_ask, url, client, questions, rebuilds) for client in range(clients)]
        for number in range(1, rebuilds + 1):
            library.rebuild(_town(number))
        for each in asked:
            for what in each.result():
                tally.wrong(what)
            tally.tried += questions
        tally.tried += 1
        end = time.monotonic() + _SECONDS_TO_FOLLOW
        while time.monotonic() < end and not _says(url, f"town {rebuilds}."):
            threading.Event().wait(0.2)
        if not _says(url, f"town {rebuilds}."):
            tally.wrong("the server did not follow the last rebuild")


def memory(work: Path, tally: Tally, questions: int) -> None:
    """Ask from a new session each time; compare the server's memory after a fifth of the questions and at the end."""
    qa.build(_town(0), work / "remembered", encoder=WordEncoder(), reader=None)
    with _server(work / "remembered") as (url, process), ThreadPoolExecutor(4) as threads:
        early = questions // 5
        for answered in threads.map(lambda number: _ask_in_new_session(url, number), range(early)):
            tally.errors += not answered
        before = _resident(process)
        for answered in threads.map(lambda number: _ask_in_new_session(url, number), range(early, questions)):
            tally.errors += not answered
        after = _resident(process)
    tally.tried += questions
    tally.note = f"{before >> 20} MB after {early:,}, {after >> 20} MB at the end"
    if after - before > _GROWTH:
        tally.wrong(f"memory grew: {tally.note}")


def _town(number: int) -> qa.Thread:
    return thread("Lenses", f"Lenses are ground in town {number}.")


@contextmanager
def _server(path: Path) -> Iterator[tuple[str, int]]:
    """A server in a process of its own: its address, and the process's number."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(path, there), daemon=True)
    process.start()
    try:
        yield here.recv(), process.pid or 0
    finally:
        here.send("end")
        process.join(30)
        process.kill()


def _serve(path: Path, there: Connection) -> None:
    os.environ["GRADIO_TEMP_DIR"] = str(path.with_name("uploads"))
    from qa.web import launch

    with launch(opened(path), port=0) as server:
        there.send(server.url)
        there.recv()


def _ask(url: str, client: int, questions: int, most: int) -> list[str]:
    """Ask as the page does; what was wrong."""
    expected, wrong = {_town(number).text for number in range(most + 1)}, []
    with httpx.Client(base_url=url, timeout=_PATIENCE, trust_env=False) as http:
        for number in range(questions):
            said = http.post("/page/turn", json={"question": f"Where are lenses ground {client} {number}?"})
            while said.status_code == 503:  # busy, try again
                threading.Event().wait(0.1)
                said = http.post("/page/turn", json={"question": f"Where are lenses ground {client} {number}?"})
            quotes = (said.json().get("answer") or {}).get("quotes") if said.status_code == 200 else None
            if not quotes or quotes[0]["text"] not in expected:
                wrong.append(f"client {client}: {said.status_code} {said.text[:200]}")
    return wrong


def _says(url: str, what: str) -> bool:
    said = httpx.post(f"{url}page/turn", json={"question": f"Lenses {what}"}, timeout=_PATIENCE, trust_env=False)
    return bool(said.json()["answer"]["quotes"][0]["text"].endswith(what))


def _ask_in_new_session(url: str, number: int) -> bool:
    with httpx.Client(base_url=url, timeout=_PATIENCE, trust_env=False) as http:
        joined = http.post("gradio_api/call/ask", json={"data": [f"Where are lenses ground {number}?"]})
        if joined.status_code != 200:
            return False
        events = http.get(f"gradio_api/call/ask/{joined.json()['event_id']}").text.split("\n\n")
        kind, data = (line.partition(": ")[2] for line in events[-2].splitlines())
        return kind == "complete" and bool(json.loads(data)[0]["quotes"])


def _resident(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS:"))
