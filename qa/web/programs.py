"""What programs get: `GET /ask` as plain JSON with its description, and whatever else is mounted for them.

It stands beside Gradio's routes, behind the login and the check of names, with the same limits.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.answering.answer import Answer
from qa.errors import LibraryNotReadable, QuestionError, SettingError
from qa.library.library import Library
from qa.search.query import MAX_CHARACTERS
from qa.web.bodies import TooLarge, check_length, read_body, replay
from qa.web.error_text import error_text
from qa.web.log import log_question
from qa.web.openapi import DESCRIPTION, MOST_HISTORY, MOST_PASSAGES, description_page
from qa.web.page_routes import BUSY_SECONDS
from qa.web.rates import Rates, client_address, too_many
from qa.web.unanswered import Unanswered
from qa.web.waiting import Busy, Waiting

ASK, OPENAPI, DOCS = "/ask", "/openapi.json", "/docs"
MOUNTED_BYTES = 1_000_000  # of one request, as for a question to Gradio
_BUSY = "too many questions are waiting already: try again in a moment"
Mounted = Mapping[str, Callable[[Library, Callable[[Answer], None]], Starlette]]
"""What makes applications over a library, by the paths at which they are; they pass their answers to the function."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The checked parameters of a request."""

    question: str
    passages: int
    history: list[str]


class Programs:
    """Answers programs, and passes everything else on."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        library: Library,
        unanswered: Unanswered,
        waiting: Waiting,
        rates: Rates,
        mounted: Mapping[str, Starlette],
        log_questions: bool,
    ) -> None:
        """Take what is behind it and what it answers from.

        Args:
            app: What everything else is passed on to.
            library: The library that answers.
            unanswered: What counts the questions that it does not answer.
            waiting: What lets a few questions be answered at a time.
            rates: What counts the questions of each address.
            mounted: Further applications by their paths, which take POST alone; every request counts as a question.
            log_questions: Whether the log has the questions themselves.
        """
        self._app = app
        self._library = library
        self._unanswered = unanswered
        self._waiting = waiting
        self._rates = rates
        self._mounted = mounted
        self._log_questions = log_questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in (ASK, OPENAPI, DOCS, *self._mounted):
            try:
                await self._answer(scope, receive, send)
            except TooLarge as error:
                await _refusal(413, str(error))(scope, receive, send)
            except Busy:
                await _refusal(503, _BUSY, {"retry-after": str(BUSY_SECONDS)})(scope, receive, send)
            except HTTPException as error:
                await _refusal(error.status_code, error.detail, error.headers)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path in self._mounted:
            _check_method(method, "POST")
            self._count(scope)
            body = await read_body(scope, receive, MOUNTED_BYTES)  # before a place is taken: it may come slowly
            async with self._waiting.turn():
                await self._mounted[path](scope, replay(body, receive), send)
            return
        _check_method(method, "GET", "HEAD")
        check_length(scope, 0)
        response: Response
        if path == OPENAPI:
            response = JSONResponse(DESCRIPTION)
        elif path == DOCS:
            response = HTMLResponse(description_page())
        else:
            asked = _asked(QueryParams(scope["query_string"]))
            self._count(scope)
            response = await self._ask(asked)
        await response(scope, receive, send)

    async def _ask(self, asked: _Asked) -> Response:
        def work() -> Answer:
            return self._library.ask(asked.question, asked.passages, history=asked.history)

        begun = time.monotonic()
        answer: Answer | None = None
        try:
            answer = await self._waiting.run(work)
        except Busy:
            raise
        except (QuestionError, SettingError) as error:
            return _refusal(400, str(error))
        except LibraryNotReadable as error:
            return _refusal(503, str(error), {"retry-after": str(BUSY_SECONDS)})
        except Exception as error:
            return _refusal(500, error_text(error))
        finally:
            log_question(logger, asked.question, answer, begun, full=self._log_questions)
        self._unanswered.count(answer)
        return JSONResponse(answer.to_dict())

    def _count(self, scope: Scope) -> None:
        """Count a question of an address. Raises HTTPException if it is one too many."""
        if not self._rates.question(client_address(scope)):
            raise too_many()


def _asked(parameters: QueryParams) -> _Asked:
    """The parameters of a question. Raises HTTPException."""
    unknown = sorted(set(parameters) - {"q", "top_k", "history"})
    if unknown:
        raise HTTPException(400, f"there is no parameter {unknown[0][:40]!r}: use q, top_k and history")
    questions, counts, history = (parameters.getlist(name) for name in ("q", "top_k", "history"))
    if len(questions) != 1:
        raise HTTPException(400, "give one question, as q")
    if len(history) > MOST_HISTORY or any(len(question) > MAX_CHARACTERS for question in history):
        raise HTTPException(
            400, f"history takes at most {MOST_HISTORY} questions of at most {MAX_CHARACTERS:,} characters each"
        )
    count = counts[0] if counts else "5"
    if len(counts) > 1 or not (
        count.isascii() and count.isdigit() and len(count) < 4 and 1 <= int(count) <= MOST_PASSAGES
    ):
        raise HTTPException(400, f"top_k is a number of passages, from 1 to {MOST_PASSAGES}, not {count[:40]!r}")
    return _Asked(questions[0], int(count), history)


def _check_method(method: str, *allowed: str) -> None:
    if method not in allowed:
        raise HTTPException(405, f"only {allowed[0]} is understood here", {"allow": ", ".join(allowed)})


def _refusal(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"detail": reason}, status, {"connection": "close", **(headers or {})})
