"""What a server does beside the questions: it follows other programs' changes of its library, and proves it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEncoder
from web_requests import ELSEWHERE, ask, names, served, turn, wait_until

import qa
from qa.library.directory import LibraryDirectory
from qa.library.opened import OpenedGeneration
from qa.web.page import page
from qa.web.upkeep import Proof, Upkeep, worst

# Gradio's warnings: its server runs in this process.
pytestmark = [pytest.mark.reliability, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

OTHER_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import FakeEncoder
import qa
qa.open(sys.argv[2], encoder=FakeEncoder()).add(qa.Thread.from_text("Basalt is dark.", title="Stones"))
"""


def test_a_server_follows_what_another_program_changes_and_proves_it(library: qa.Library) -> None:
    with served(library) as client:
        wait_until(lambda: client.get("/healthz").json() == {"status": "ok", "library": "proved"})
        assert "Stones" not in client.get("/page/library").text
        tests = str(Path(__file__).parent)
        subprocess.run([sys.executable, "-c", OTHER_PROGRAM, tests, str(library.path)], check=True)
        wait_until(lambda: "Stones" in client.get("/page/library").text)
        wait_until(lambda: client.get("/healthz").json()["library"] == "proved")
        assert ask(client, "Is basalt dark?")["quotes"][0]["source"] == "Stones"
        assert turn(client, "Is basalt dark?").json()["generation"] == LibraryDirectory(library.path).current().name


def test_damage_that_opening_does_not_see_is_logged_and_told(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("qa.library.manifest.HASHED_AT_OPENING", 0)
    file = LibraryDirectory(library.path).current() / "texts.sqlite"
    whole = file.read_bytes()
    opened = qa.open(library.path, encoder=encoder)
    upkeep = Upkeep(opened)
    before = upkeep.proof
    file.write_bytes(whole.replace(b"Solms", b"Sglms"))
    for _ in range(2):
        upkeep.look()
    assert (before, upkeep.proof) == (Proof.PROVING, Proof.DAMAGED)
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.message == "library damaged" and "texts.sqlite was altered" in vars(record)["fields"]["error"]


def test_what_cannot_be_opened_is_said_once_and_the_library_answers_as_before(
    library: qa.Library, caplog: pytest.LogCaptureFixture
) -> None:
    class Other(FakeEncoder):
        fingerprint = "fake-2"

    upkeep = Upkeep(library)
    qa.build([qa.Thread.from_text("New.", title="new")], library.path, encoder=Other())
    for _ in range(2):
        upkeep.look()
    (record,) = (record for record in caplog.records if record.levelno == logging.WARNING)
    assert "was built with the model" in vars(record)["fields"]["error"]
    assert names(library) == ["Lenses", "Bread"] and upkeep.proof is Proof.PROVED


def test_of_several_libraries_the_worst_is_told() -> None:
    assert worst([Proof.PROVED, Proof.DAMAGED, Proof.PROVING]) is Proof.DAMAGED
    assert worst([Proof.PROVED, Proof.PROVING]) is Proof.PROVING


def test_refresh_does_not_go_back_behind_a_change_of_its_own(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = OpenedGeneration.current

    def open_then_change(*arguments: object) -> OpenedGeneration:
        monkeypatch.setattr(OpenedGeneration, "current", opened)
        newer = opened(*arguments)  # type: ignore[arg-type]
        library.add(qa.Thread.from_text("Own.", title="own"))
        return newer

    qa.open(library.path, encoder=encoder).remove("Bread")
    monkeypatch.setattr(OpenedGeneration, "current", open_then_change)
    assert not library.refresh()
    assert names(library) == ["Lenses", "own"]
    assert not library.refresh(), "nothing has changed since"


def test_a_map_is_computed_once_and_counts_as_a_question(library: qa.Library) -> None:
    generation = library._opened.generation
    assert generation.plane(10) is generation.plane(10)
    with served(library, questions_per_minute=2, allowed_hosts=("127.0.0.1",)) as client:
        statuses = [client.get("/page/map", headers=ELSEWHERE).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_gradio_keeps_no_record_of_what_is_asked(library: qa.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []

    def remembered(*arguments: Any, **more: Any) -> Any:
        pages.append(page(*arguments, **more))
        return pages[-1]

    monkeypatch.setattr("qa.web.application.page", remembered)
    with served(library) as client:
        for number in range(3):
            ask(client, f"What is lens {number}?")
    queue = pages[0]._queue
    assert len(queue.event_analytics) == 1 and queue.cached_event_analytics_summary == {"functions": {}}
    assert "GRADIO_ANALYTICS_MAX_EVENTS" not in os.environ, "other pages of this process are not touched"
