"""What the page does on each event; how it is laid out is in page.py."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import VerbatimError
from qa.library.library import Library
from qa.library.store import SourceInfo
from qa.web.file_reports import report_list
from qa.web.library_view import source_table
from qa.web.log import log_question
from qa.web.panel import chosen_sources, limits, meter, replace_label, replace_question, status
from qa.web.rebuild import Mode, Phase, Rebuild, State
from qa.web.words import Words, words, words_for

WATCH_SECONDS = 5  # how often an open page looks whether the library has changed
FOLLOW_SECONDS = 1  # how often while it is being changed

UNCHANGED: Any = object()  # in place of a component's value

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """What a page shows of the library.

    Attributes:
        generation: The generation that its texts are from; empty if the page has just been opened, or if the server has
            restarted since.
        change: The number of the last change that it shows.
        phase: The phase of that change.
        own: The number of the change that was started from this page; 0 if there is none whose end it awaits.
    """

    generation: str = ""
    change: int = 0
    phase: Phase = Phase.IDLE
    own: int = 0


@dataclass(frozen=True)
class PageUpdate:
    """New values of the page's components, by their names in page.py; each stays as it is unless it is given."""

    generation: Any = UNCHANGED
    table: Any = UNCHANGED
    shown: Any = UNCHANGED
    timer: Any = UNCHANGED
    status: Any = UNCHANGED
    meter: Any = UNCHANGED
    reports: Any = UNCHANGED
    cancel: Any = UNCHANGED
    undo: Any = UNCHANGED
    replace: Any = UNCHANGED
    confirm: Any = UNCHANGED
    warning: Any = UNCHANGED
    pasted: Any = UNCHANGED
    title: Any = UNCHANGED
    files: Any = UNCHANGED
    limits: Any = UNCHANGED


@dataclass(frozen=True)
class _LibrarySummary:
    """What the page says about the texts of one generation."""

    generation: str
    tables: dict[str, str]  # by the language of their words
    texts: int


class Actions:
    """The event handlers of one library, shared by all its visitors.

    A visitor's own state is passed to them, and by Gradio the request, which says in what language to answer.
    """

    def __init__(
        self,
        library: Library,
        *,
        changes: bool = True,
        discard: Callable[[Path], None] | None = None,
        log_questions: bool = False,
    ) -> None:
        """Take the library and what its visitors may do.

        Args:
            library: The library that answers.
            changes: Whether it can be changed from the page.
            discard: What is done with an uploaded file once the library holds it; None for nothing.
            log_questions: Whether the log has the questions themselves.
        """
        self._library = library
        self._changes = changes
        self._rebuild = Rebuild(library, discard)
        self._log_questions = log_questions
        self._summary = _LibrarySummary("", {}, 0)

    def greet(self, request: gr.Request | None = None) -> PageUpdate:
        """Fill the panel of a page that has just been opened."""
        texts, state, say = self._summarize(), self._rebuild.state, _words(request)
        update = PageUpdate(
            generation=texts.generation,
            table=self._table(texts, say),
            replace=replace_label(texts.texts, say),
            shown=Shown(texts.generation, state.number, state.phase),
            limits=limits(say),
        )
        return _with_progress(update, state, say) if state.phase is Phase.RUNNING else update

    def watch(self, shown: Shown, request: gr.Request | None = None) -> PageUpdate:
        """Bring an open page up to date: the texts if they have changed, and a change that is running."""
        say = _words(request)
        update, texts, state = PageUpdate(), self._summarize(), self._rebuild.state
        now = replace(shown, change=state.number, phase=state.phase)
        if shown.generation not in ("", texts.generation):
            now = replace(now, generation=texts.generation)
            update = PageUpdate(
                generation=texts.generation,
                table=self._table(texts, say),
                replace=replace_label(texts.texts, say),
            )
        if state.phase is Phase.RUNNING or (shown.change, shown.phase) != (now.change, now.phase):
            update = _with_progress(update, state, say)
        if state.number == shown.own and state.phase is not Phase.RUNNING:
            now = replace(now, own=0)
            if state.phase is Phase.DONE:
                update = replace(update, pasted="", title="", files=None)
        return update if now == shown else replace(update, shown=now)

    def mend(self) -> PageUpdate:
        """Take an error back once what it is about has been touched."""
        idle = self._rebuild.state.phase is not Phase.RUNNING
        return PageUpdate(status="") if idle else PageUpdate()

    def add(
        self, pasted: str, title: str, files: list[str] | None, shown: Shown, request: gr.Request | None = None
    ) -> PageUpdate:
        """Add what the panel's fields hold to the library."""
        work = self._rebuild.start
        return self._start(shown, lambda: work(chosen_sources(pasted, title, files), Mode.ADD), _words(request))

    def ask_to_replace(
        self, pasted: str, title: str, files: list[str] | None, request: gr.Request | None = None
    ) -> PageUpdate:
        """Ask once whether to replace all texts, unless there is nothing to replace them by."""
        say = _words(request)
        try:
            chosen_sources(pasted, title, files)
        except VerbatimError as error:
            return _with_progress(PageUpdate(), State(Phase.FAILED, str(error)), say)
        return PageUpdate(confirm=gr.update(visible=True), warning=replace_question(self._summarize().texts, say))

    def keep(self) -> PageUpdate:
        """Leave the texts as they are."""
        return PageUpdate(confirm=gr.update(visible=False))

    def replace(
        self, pasted: str, title: str, files: list[str] | None, shown: Shown, request: gr.Request | None = None
    ) -> PageUpdate:
        """Replace all texts by what the panel's fields hold."""
        work = self._rebuild.start
        started = self._start(shown, lambda: work(chosen_sources(pasted, title, files), Mode.REPLACE), _words(request))
        return replace(started, confirm=gr.update(visible=False))

    def remove_text(self, shown: Shown, event: gr.EventData, request: gr.Request | None = None) -> PageUpdate:
        """Remove the text of the clicked row."""
        row, say = self._row(event), _words(request)
        if row is None:
            return _outdated(say)
        return self._start(shown, lambda: self._rebuild.remove(row.name), say)

    def undo(self, shown: Shown, request: gr.Request | None = None) -> PageUpdate:
        """Undo the last change, if it is the one that the page shows. What its fields hold stays in them."""
        say = _words(request)
        if shown.change != self._rebuild.state.number:
            return _outdated(say)
        started = self._start(shown, self._rebuild.undo, say)
        return started if started.shown is UNCHANGED else replace(started, shown=replace(started.shown, own=shown.own))

    def cancel(self) -> None:
        """Stop the running change."""
        self._rebuild.cancel()

    def endpoint(self, question: str, k: int = 5, search_syntax: bool = False) -> dict[str, Any]:
        """Answer a question with exact quotes from the texts: the object that `qa ask --json` prints.

        The question is taken literally; with `search_syntax` it may hold filters such as in:comments.
        """
        begun = time.monotonic()
        try:
            answer = self._library.ask(question, k=k, search_syntax=search_syntax)
        except VerbatimError as error:
            log_question(logger, question, None, begun, full=self._log_questions)
            raise gr.Error(str(error), print_exception=False) from None
        log_question(logger, question, answer, begun, full=self._log_questions)
        return dict(answer.to_dict())

    def _start(self, shown: Shown, start: Callable[[], int], say: Words) -> PageUpdate:
        try:
            number = start()
        except VerbatimError as error:
            return _with_progress(PageUpdate(), State(Phase.FAILED, str(error)), say)
        update = _with_progress(PageUpdate(), self._rebuild.state, say)
        return replace(update, shown=replace(shown, change=number, phase=Phase.RUNNING, own=number))

    def _row(self, event: gr.EventData) -> SourceInfo | None:
        """The text of the clicked row; None if the library has changed since the table was drawn."""
        rows = self._library.sources
        number = _number(event, "row")
        same = _clicked(event, "generation") == self._library.status().generation
        return rows[number] if same and 0 <= number < len(rows) else None

    def _summarize(self) -> _LibrarySummary:
        """Summarize the library; its texts are counted again only when the generation has changed."""
        generation = self._library.status().generation
        if generation != self._summary.generation:
            self._summary = _LibrarySummary(generation, {}, len(self._library.sources))
        return self._summary

    def _table(self, summary: _LibrarySummary, say: Words) -> str:
        """The table of the texts, drawn once for each generation and language."""
        table = summary.tables.get(say.language)
        if table is None:
            table = source_table(self._library.sources, say, summary.generation, changes=self._changes)
            summary.tables[say.language] = table
        return table


def _words(request: gr.Request | None) -> Words:
    """The words of the page that sent a request; English ones for who calls from Python."""
    return words() if request is None else words_for(request.headers)


def _outdated(say: Words) -> PageUpdate:
    return _with_progress(PageUpdate(), State(Phase.FAILED, say("pane_outdated")), say)


def _with_progress(update: PageUpdate, state: State, say: Words) -> PageUpdate:
    """The update with the progress of a change."""
    running = state.phase is Phase.RUNNING
    return replace(
        update,
        status=status(state, say),
        meter=meter(state, say),
        reports=report_list(state.reports, say),
        cancel=gr.update(visible=running),
        undo=gr.update(visible=state.phase is Phase.DONE),
        timer=gr.Timer(FOLLOW_SECONDS if running else WATCH_SECONDS),
    )


def _clicked(event: gr.EventData, name: str) -> str:
    """What a script says of a click; empty if it says nothing, as only a program that plays the browser would."""
    said = event._data
    return str(said.get(name, "")) if isinstance(said, dict) else ""


def _number(event: gr.EventData, name: str) -> int:
    """A number that a script says; -1 if it is none, which is the place of nothing."""
    said = _clicked(event, name)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1
