"""What the page does when it is used, apart from how it is laid out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.errors import VerbatimError
from qa.library.library import Library
from qa.web import thread_view
from qa.web.conversation import Turn, answered, conversation
from qa.web.examples import examples
from qa.web.file_reports import listed
from qa.web.library_view import shelf, table
from qa.web.panel import chosen, meter, status
from qa.web.post_labels import thread_of
from qa.web.rebuild import Mode, Phase, Rebuild, State

KEPT_TURNS = 50  # the conversation goes to the browser whole with each answer
LOOK_EVERY = 0.2  # seconds between two looks at a rebuild that is under way
UPDATED = "<p>The library was updated. The next answer comes from the texts that are in it now.</p>"

Turns = tuple[Turn, ...]
Update = dict[str, Any]  # a change of a component's properties, as Gradio takes it
Progress = tuple[str, str, str, Update]  # what a rebuild is at, its bar, what became of its files, the cancel button


@dataclass(frozen=True)
class _Seen:
    """What the page says of the texts of one generation."""

    generation: str
    shelf: str
    table: str
    examples: tuple[str, ...]


class Actions:
    """One for a library and all who look at it; what belongs to one reader comes in and goes out as `Turns`."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._rebuild = Rebuild(library)
        self._seen = _Seen("", "", "", ())

    def greet(self, past: Turns) -> tuple[str, str, str, str]:
        """The texts that answer now, in a line and in a table, the conversation so far, and the generation of both."""
        texts = self._texts()
        return texts.shelf, texts.table, conversation(past, texts.examples), texts.generation

    def notice(self, past: Turns, seen: str) -> tuple[Any, ...]:
        """For a page that may show texts from before: what `greet` tells, and that the library was updated.

        The conversation, which its reader may be in the middle of, is not drawn again. A page whose `seen` is empty
        has just been opened, or is of a server that has been started anew since: `greet` is for those.
        """
        texts = self._texts()
        if seen in ("", texts.generation):
            return (gr.skip(),) * 5
        welcome = gr.skip() if past else conversation((), texts.examples)
        told = UPDATED if past and past[-1].generation != texts.generation else ""
        return texts.shelf, texts.table, welcome, texts.generation, told

    def ask(self, question: str, past: Turns) -> Iterator[tuple[str, Turns, str, str]]:
        """Show the question at once, then what the library says to it: conversation, turns, empty box, no news."""
        yield conversation((*past, Turn(question))), past, "", ""
        past = (*past, answered(self._library, question))[-KEPT_TURNS:]
        yield conversation(past), past, "", ""

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
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Rebuild from what the panel holds: its progress, and the panel's three fields."""
        kept = (gr.skip(), gr.skip(), gr.skip())
        try:
            self._rebuild.start(chosen(pasted, title, files), Mode(mode))
        except VerbatimError as error:
            yield *_shown(State(Phase.FAILED, str(error))), *kept
            return
        async for progress in self._follow():
            yield *progress, *kept
        if self._rebuild.state.phase is Phase.DONE:
            yield *(gr.skip() for _ in progress), "", "", None

    async def resume(self) -> AsyncIterator[Progress]:
        """For a page that has just been opened: the rebuild that another one has begun, if one is under way."""
        if self._rebuild.state.phase is Phase.RUNNING:
            async for progress in self._follow():
                yield progress
        else:
            yield _shown(State())

    async def _follow(self) -> AsyncIterator[Progress]:
        """The rebuild under way until it ends."""
        while (state := self._rebuild.state).phase is Phase.RUNNING:
            yield _shown(state)
            await asyncio.sleep(LOOK_EVERY)
        yield _shown(state)

    def cancel(self) -> None:
        """Stop the rebuild under way."""
        self._rebuild.cancel()

    def _texts(self) -> _Seen:
        """What there is to say of the texts; they are counted again only when they are others."""
        generation = self._library.status().generation
        if generation != self._seen.generation:
            rows = self._library.sources
            self._seen = _Seen(generation, shelf(rows), table(rows), examples(rows))
        return self._seen

    def endpoint(self, question: str, k: int = 5, search_syntax: bool = False) -> dict[str, Any]:
        """Answer a question with exact quotes from the texts: the object that `qa ask --json` prints.

        The question is meant as it stands; with `search_syntax` it may hold filters such as in:comments.
        """
        try:
            return dict(self._library.ask(question, k=k, search_syntax=search_syntax).to_dict())
        except VerbatimError as error:
            raise gr.Error(str(error), print_exception=False) from None


def _shown(state: State) -> Progress:
    return status(state), meter(state), listed(state.reports), gr.update(visible=state.phase is Phase.RUNNING)
