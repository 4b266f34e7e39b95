"""What the page does on each event; how it is laid out is in page.py."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.errors import VerbatimError
from qa.library.library import Library
from qa.web import thread_view
from qa.web.conversation import Turn, answer_turn, conversation
from qa.web.examples import examples
from qa.web.file_reports import report_list
from qa.web.library_view import source_line, source_table
from qa.web.panel import chosen_sources, meter, status
from qa.web.post_labels import thread_of
from qa.web.rebuild import Mode, Phase, Rebuild, State

KEPT_TURNS = 50  # the whole conversation is sent to the browser with each answer
POLL_SECONDS = 0.2  # between two looks at a running rebuild
UPDATED = "<p>The library was updated. The next answer comes from the texts it holds now.</p>"

Turns = tuple[Turn, ...]
ComponentUpdate = dict[str, Any]  # a change of a component's properties, as Gradio takes it
RebuildView = tuple[str, str, str, ComponentUpdate]  # status line, progress bar, file reports, cancel button


@dataclass(frozen=True)
class _LibrarySummary:
    """What the page says about the texts of one generation."""

    generation: str
    line: str
    table: str
    examples: tuple[str, ...]


class Actions:
    """The event handlers of one library, shared by all its visitors; a visitor's own state is passed as `Turns`."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._rebuild = Rebuild(library)
        self._summary = _LibrarySummary("", "", "", ())

    def greet(self, past: Turns) -> tuple[str, str, str, str]:
        """The current texts as a line and as a table, the conversation so far, and the generation they are from."""
        texts = self._summarize()
        return texts.line, texts.table, conversation(past, texts.examples), texts.generation

    def notice(self, past: Turns, seen: str) -> tuple[Any, ...]:
        """Bring a page that shows an older generation up to date: what `greet` returns, and a notice of the update.

        The conversation is not redrawn, since its reader may be in the middle of it. A page whose `seen` is empty has
        just been opened, or the server has restarted since: `greet` serves those.
        """
        texts = self._summarize()
        if seen in ("", texts.generation):
            return (gr.skip(),) * 5
        welcome = gr.skip() if past else conversation((), texts.examples)
        notice = UPDATED if past and past[-1].generation != texts.generation else ""
        return texts.line, texts.table, welcome, texts.generation, notice

    def ask(self, question: str, past: Turns) -> Iterator[tuple[str, Turns, str, str]]:
        """Show the question at once, then its answer: conversation, turns, an empty question box, no notice."""
        yield conversation((*past, Turn(question))), past, "", ""
        past = (*past, answer_turn(self._library, question))[-KEPT_TURNS:]
        yield conversation(past), past, "", ""

    def ask_example(self, past: Turns, event: gr.EventData) -> Iterator[tuple[str, Turns, str, str]]:
        """Ask the clicked example question."""
        yield from self.ask(str(event.question), past)

    def open_thread(self, past: Turns, event: gr.EventData) -> str:
        """Show the thread of the clicked card; the card's number comes from the browser, so it is checked."""
        try:
            answer = past[int(event.turn)].answer
            quote = answer.quotes[int(event.quote)] if answer else None
        except (IndexError, ValueError):
            quote = None
        if quote is None:
            return thread_view.expired_dialog()
        thread = thread_of(self._library, quote)
        return thread_view.thread_dialog(thread, quote) if thread else thread_view.replaced_dialog(quote)

    async def rebuild(
        self, pasted: str, title: str, files: list[str] | None, mode: str
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Rebuild from the panel's fields; yield the progress and the new values of those three fields."""
        unchanged = (gr.skip(), gr.skip(), gr.skip())
        try:
            self._rebuild.start(chosen_sources(pasted, title, files), Mode(mode))
        except VerbatimError as error:
            yield *_view(State(Phase.FAILED, str(error))), *unchanged
            return
        async for progress in self._follow():
            yield *progress, *unchanged
        if self._rebuild.state.phase is Phase.DONE:
            yield *(gr.skip() for _ in progress), "", "", None

    async def resume(self) -> AsyncIterator[RebuildView]:
        """Follow a running rebuild from a page that has just been opened."""
        if self._rebuild.state.phase is Phase.RUNNING:
            async for progress in self._follow():
                yield progress
        else:
            yield _view(State())

    async def _follow(self) -> AsyncIterator[RebuildView]:
        """Yield the state of the running rebuild until it ends."""
        while (state := self._rebuild.state).phase is Phase.RUNNING:
            yield _view(state)
            await asyncio.sleep(POLL_SECONDS)
        yield _view(state)

    def cancel(self) -> None:
        """Stop the running rebuild."""
        self._rebuild.cancel()

    def _summarize(self) -> _LibrarySummary:
        """Summarize the library; its texts are counted again only when the generation has changed."""
        generation = self._library.status().generation
        if generation != self._summary.generation:
            rows = self._library.sources
            self._summary = _LibrarySummary(generation, source_line(rows), source_table(rows), examples(rows))
        return self._summary

    def endpoint(self, question: str, k: int = 5, search_syntax: bool = False) -> dict[str, Any]:
        """Answer a question with exact quotes from the texts: the object that `qa ask --json` prints.

        The question is taken literally; with `search_syntax` it may hold filters such as in:comments.
        """
        try:
            return dict(self._library.ask(question, k=k, search_syntax=search_syntax).to_dict())
        except VerbatimError as error:
            raise gr.Error(str(error), print_exception=False) from None


def _view(state: State) -> RebuildView:
    return status(state), meter(state), report_list(state.reports), gr.update(visible=state.phase is Phase.RUNNING)
