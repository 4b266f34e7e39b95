"""What the page's own scripts ask the server for: the reply to a question, a text, the scripts themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.errors import VerbatimError
from qa.followup.features import LAST_TURNS
from qa.followup.turn import Turn as EarlierTurn
from qa.library.earlier import answered_turn
from qa.library.feedback import Judgement, add_judgement
from qa.types import Span
from qa.web.bodies import TooLarge, read_body
from qa.web.cards import digest
from qa.web.error_text import error_text
from qa.web.frame import coverage_html, parts, starts_html
from qa.web.gate import QUESTION_BYTES
from qa.web.map_view import map_html
from qa.web.rates import Rates, client_address, too_many
from qa.web.starts import StartingQuestions
from qa.web.theme import STATIC
from qa.web.thread_view import Passages, replaced_html, thread_html, unknown_html
from qa.web.turn_view import reply
from qa.web.turns import MOST_SHOWN, SHOWN, Turns
from qa.web.unanswered import Unanswered
from qa.web.waiting import Busy, Waiting
from qa.web.words import words_for

PREFIX = "/page/"
BUSY_SECONDS = 5  # after which a page asks again
_MOST_SPANS = 1_000  # passages of one text that a page asks to be marked
_SPAN = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)

Result = TypeVar("Result")


class PageRoutes:
    """Stands before the gate to Gradio, and answers what begins with `/page/`."""

    def __init__(
        self, app: ASGIApp, *, turns: Turns, unanswered: Unanswered, waiting: Waiting, rates: Rates, changes: bool
    ) -> None:
        """Take what is behind it, what answers, and whether visitors may change the library and judge its answers."""
        self._app = app
        self._unanswered = unanswered
        self._changes = changes
        self._turns = turns
        self._waiting = waiting
        self._rates = rates
        self._starting = StartingQuestions(turns.library)
        scripts = StaticFiles(directory=STATIC / "scripts")
        self._router = Router(
            [
                Route(f"{PREFIX}turn", self._turn, methods=["POST"]),
                *(self._for_those_who_change() if changes else []),
                Route(f"{PREFIX}map", self._map, methods=["GET"]),
                Route(f"{PREFIX}thread", self._thread, methods=["GET"]),
                Route(f"{PREFIX}starts", self._starts, methods=["GET"]),
                Route(f"{PREFIX}library", self._library, methods=["GET"]),
                Mount(f"{PREFIX}scripts", _revalidated(scripts)),
            ],
            redirect_slashes=False,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        try:
            await self._router({**scope, "root_path": "", "app": None}, receive, send)
        except HTTPException as error:
            refusal = JSONResponse({"detail": error.detail}, error.status_code, error.headers)
            await refusal(scope, receive, send)

    def _for_those_who_change(self) -> list[Route]:
        return [
            Route(f"{PREFIX}feedback", self._feedback, methods=["POST"]),
            Route(f"{PREFIX}coverage", self._coverage, methods=["GET"]),
        ]

    async def _turn(self, request: Request) -> Response:
        """Answer a question; one that the present generation has answered before costs its asker nothing."""
        asked = await _body(request)
        question, k = asked.get("question"), asked.get("k", SHOWN)
        if not isinstance(question, str) or type(k) is not int or not 1 <= k <= MOST_SHOWN:
            raise HTTPException(400, '"question" has to be a text, and "k" a number')
        history = _history(asked.get("history", []))
        address, say = client_address(request.scope), words_for(request.headers)
        if not self._rates.request(address):
            raise too_many()
        turn = self._turns.kept(question, k, history)
        if turn is None:
            if not self._rates.question(address):
                raise too_many()
            turn = await self._run(lambda: self._turns.ask(question, k, history))
        html = reply(turn, self._turns.library, say, judged=self._changes)
        return JSONResponse(
            {
                "html": html,
                "generation": turn.generation,
                "answer": turn.answer.to_dict() if turn.answer else None,
                "error": turn.error,
                "earlier": asdict(answered_turn(turn.answer)) if turn.answer else None,
            }
        )

    async def _run(self, work: Callable[[], Result]) -> Result:
        """Run it in its turn, as a question; refuse it if too many wait already."""
        try:
            return await self._waiting.run(work)
        except Busy:
            raise HTTPException(
                503, "too many questions are waiting already", {"retry-after": str(BUSY_SECONDS)}
            ) from None

    async def _feedback(self, request: Request) -> Response:
        """Keep what a reader says of an answer that the present generation has given."""
        said = await _body(request)
        question, answers = said.get("question"), said.get("answers")
        if not isinstance(question, str) or not isinstance(answers, bool):
            raise HTTPException(400, '"question" has to be a text, and "answers" true or false')
        if not self._rates.request(client_address(request.scope)):
            raise too_many()
        turn = self._turns.kept(question)
        if turn is None or turn.answer is None:
            raise HTTPException(409, "this answer is no longer known: ask the question again")
        try:
            add_judgement(self._turns.library.path, Judgement.of(turn.answer, answers, turn.generation))
        except VerbatimError as error:
            raise HTTPException(409, error_text(error)) from None
        return JSONResponse({})

    def _thread(self, request: Request) -> Response:
        """Show a text, at a passage if one is named."""
        say, asked = words_for(request.headers), request.query_params
        source = asked.get("source", "")
        spans, marks, known = _spans(asked.get("at", "")), _spans(asked.get("marks", "")), asked.get("digest")
        try:
            thread = self._turns.library.thread(source)
        except VerbatimError:
            html = replaced_html(source, say) if known else unknown_html(source, say)
            return JSONResponse({"html": html, "replaced": bool(known)})
        spans = tuple(span for span in spans if span[0] < span[1] <= len(thread.text))
        if spans and known and known != digest(thread.text[slice(*spans[0])]):
            return JSONResponse({"html": replaced_html(source, say), "replaced": True})
        return JSONResponse({"html": thread_html(thread, Passages(spans, marks), say), "replaced": False})

    async def _map(self, request: Request) -> Response:
        """Draw the map of the library, with a question that the present generation has answered before.

        It counts as a question: the first of a generation takes longer than most, and each is encoded.
        """
        address = client_address(request.scope)
        if not self._rates.request(address) or not self._rates.question(address):
            raise too_many()
        turn = self._turns.kept(request.query_params.get("q", ""))
        quotes = turn.answer.quotes if turn and turn.answer else ()
        drawn = await self._run(lambda: self._turns.library.passage_map(turn.question if turn else None))
        quoted = {(quote.source, (quote.start, quote.end)) for quote in quotes}
        return JSONResponse({"html": map_html(drawn, quoted, words_for(request.headers))})

    def _coverage(self, request: Request) -> Response:
        """List what has been asked and not found."""
        return JSONResponse({"html": coverage_html(self._unanswered.most_asked(), words_for(request.headers))})

    def _starts(self, request: Request) -> Response:
        """Say what can be asked, for a page on which nothing has been asked yet."""
        return JSONResponse({"html": starts_html(self._starting.find(), words_for(request.headers))})

    def _library(self, request: Request) -> Response:
        """Say what the library holds now, for a page that was opened before it changed."""
        return JSONResponse(parts(self._turns.library, words_for(request.headers)))


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await read_body(request.scope, request.receive, QUESTION_BYTES))
    except TooLarge as error:
        raise HTTPException(413, str(error)) from None
    except (ValueError, RecursionError):
        raise HTTPException(400, "the request is not JSON") from None
    if not isinstance(body, dict):
        raise HTTPException(400, "the request is not a JSON object")
    return body


def _history(sent: Any) -> list[EarlierTurn]:
    """The turns before a question, as the page was given them with their answers. Raises HTTPException."""
    fields = {"question", "answer", "title"}
    if not isinstance(sent, list) or len(sent) > LAST_TURNS + 1:
        raise HTTPException(400, f'"history" has to be a list of at most {LAST_TURNS + 1} turns')
    for turn in sent:
        if not isinstance(turn, dict) or turn.keys() != fields or not all(isinstance(turn[one], str) for one in fields):
            raise HTTPException(400, 'a turn of "history" has to have a question, an answer and a title')
    return [EarlierTurn(**turn) for turn in sent]


def _spans(written: str) -> tuple[Span, ...]:
    """Spans as the page writes them: "10-20,30-40"; what is no span is left out."""
    found = (_SPAN.fullmatch(part) for part in written.split(",")[:_MOST_SPANS])
    return tuple((int(match[1]), int(match[2])) for match in found if match)


def _revalidated(app: ASGIApp) -> ASGIApp:
    """The application, with browsers told to ask each time whether a file is still the same."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_header(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"]).mutablecopy()
                headers["cache-control"] = "no-cache"
                message["headers"] = headers.raw
            await send(message)

        await app(scope, receive, with_header)

    return call
