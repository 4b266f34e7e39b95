"""What the page does when it is used, apart from how it is laid out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.errors import VerbatimError
from qa.library import Library
from qa.web import thread_view
from qa.web.conversation import Turn, answered, conversation
from qa.web.examples import examples
from qa.web.panel import chosen, shelf, status
from qa.web.place import thread_of
from qa.web.rebuild import Mode, Phase, Rebuild, State

KEPT_TURNS = 50  # the conversation goes to the browser whole with each answer
LOOK_EVERY = 0.2  # seconds between two looks at a rebuild that is under way

Turns = tuple[Turn, ...]
Update = dict[str, Any]  # a change of a component's properties, as Gradio takes it


@dataclass(frozen=True)
class _Seen:
    """What the page says of the texts of one generation."""

    generation: str
    shelf: str
    examples: tuple[str, ...]


class Actions:
    """One for a library and all who look at it; what belongs to one reader comes in and goes out as `Turns`."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._rebuild = Rebuild(library)
        self._seen = _Seen("", "", ())

    def greet(self, past: Turns) -> tuple[str, str]:
        """The texts that answer now, and the conversation so far."""
        return self._texts().shelf, conversation(past, self._texts().examples)

    def ask(self, question: str, past: Turns) -> Iterator[tuple[str, Turns, str, str]]:
        """Show the question at once, then what the library says to it: conversation, turns, empty box, texts."""
        yield conversation((*past, Turn(question))), past, "", self._texts().shelf
        past = (*past, answered(self._library, question))[-KEPT_TURNS:]
        yield conversation(past), past, "", self._texts().shelf

    def ask_example(self, past: Turns, event: gr.EventData) -> Iterator[tuple[str, Turns, str, str]]:
        """Ask the example question that was clicked."""
        yield from self.ask(str(event.question), past)

    def open_thread(self, past: Turns, event: gr.EventData) -> str:
        """The thread of the card that was clicked; what the browser names is checked like any other input."""
        try:
            answer = past[int(event.turn)].answer
            quote = answer.quotes[int(event.quote)] if answer else None
        except (IndexError, ValueError):
            quote = None
        if quote is None:
            return thread_view.forgotten()
        thread = thread_of(self._library, quote)
        return thread_view.opened(thread, quote) if thread else thread_view.replaced(quote)

    async def rebuild(
        self, pasted: str, title: str, files: list[str] | None, mode: str
    ) -> AsyncIterator[tuple[str, Update, Any, Any, Any]]:
        """Rebuild from what the panel holds: progress, cancel button, and the panel's three fields."""
        kept = (gr.skip(), gr.skip(), gr.skip())
        try:
            self._rebuild.start(chosen(pasted, title, files), Mode(mode))
        except VerbatimError as error:
            yield status(State(Phase.FAILED, str(error))), gr.update(visible=False), *kept
            return
        async for progress, button in self._follow():
            yield progress, button, *kept
        if self._rebuild.state.phase is Phase.DONE:
            yield gr.skip(), gr.skip(), "", "", None

    async def resume(self) -> AsyncIterator[tuple[str, Update]]:
        """For a page that has just been opened: the rebuild that another one has begun, if one is under way."""
        if self._rebuild.state.phase is Phase.RUNNING:
            async for progress, button in self._follow():
                yield progress, button
        else:
            yield "", gr.update(visible=False)

    async def _follow(self) -> AsyncIterator[tuple[str, Update]]:
        """The rebuild under way until it ends: progress and cancel button."""
        while (state := self._rebuild.state).phase is Phase.RUNNING:
            yield status(state), gr.update(visible=True)
            await asyncio.sleep(LOOK_EVERY)
        yield status(state), gr.update(visible=False)

    def cancel(self) -> None:
        """Stop the rebuild under way."""
        self._rebuild.cancel()

    def _texts(self) -> _Seen:
        """What there is to say of the texts; they are counted again only when they are others."""
        generation = self._library.status().generation
        if generation != self._seen.generation:
            rows = self._library.sources
            self._seen = _Seen(generation, shelf(rows), examples(rows))
        return self._seen

    def endpoint(self, question: str, k: int = 5, search_syntax: bool = False) -> dict[str, Any]:
        """Answer a question with exact quotes from the texts: the object that `qa ask --json` prints.

        The question is meant as it stands; with `search_syntax` it may hold filters such as in:comments.
        """
        try:
            return dict(self._library.ask(question, k=k, search_syntax=search_syntax).to_dict())
        except VerbatimError as error:
            raise gr.Error(str(error), print_exception=False) from None
