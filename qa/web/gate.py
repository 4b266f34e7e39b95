"""What of Gradio can be reached at all: a list of its routes, and a limit for each of them.

Gradio has some eighty routes, among them ones that fetch addresses, record, stream and reload. The page, and the
programs that ask, need fifteen; the rest answer 404. What is sent to an event is rebuilt by `events`.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.bodies import Counted, TooLarge, check_length, read_body, replay
from qa.web.events import BadRequest, Event, Events
from qa.web.panel import PASTE_LIMIT
from qa.web.rates import Rates, client_address, too_many
from qa.web.uploads import Uploads

API = "/gradio_api"
QUESTION_BYTES = 1_000_000  # a question of 20,000 characters needs 240,000 bytes at most
PASTE_BYTES = 4 * PASTE_LIMIT + QUESTION_BYTES  # a character has up to four bytes

_NAME = "[A-Za-z0-9_-]{1,64}"
_READ = re.compile(
    r"/|/config/?|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/(?:assets|static|svelte)/[^\\]*"
    rf"|{API}/(?:info/?|theme\.css|startup-events|queue/data|heartbeat/{_NAME}|call/ask/{_NAME})"
)
_SEND = re.compile(rf"{API}/(?P<route>queue/join|run/predict|call/ask)/?")
_UPLOAD = f"{API}/upload"
_UPLOAD_PROGRESS = f"{API}/upload_progress"
_FILE = f"{API}/file="


class Gate:
    """Stands before Gradio's application."""

    def __init__(self, app: ASGIApp, *, events: Events, uploads: Uploads, rates: Rates, changes: bool) -> None:
        self._app = app
        self._events = events
        self._uploads = uploads
        self._rates = rates
        self._changes = changes
        self._uploading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        try:
            await self._pass(scope, receive, send)
        except TooLarge as error:
            await _refuse(413, str(error))(scope, receive, send)
        except BadRequest as error:
            await _refuse(400, str(error))(scope, receive, send)
        except HTTPException as error:
            await _refuse(error.status_code, error.detail)(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if method == "POST" and not self._rates.request(client_address(scope)):
            raise HTTPException(429, "there were too many requests from your address: wait a minute")
        if method in ("GET", "HEAD") and self._may_read(path):
            check_length(scope, 0)
            await self._app(scope, receive, send)
        elif method == "POST" and (sent := _SEND.fullmatch(path)):
            await self._send_event(sent["route"], scope, receive, send)
        elif method == "POST" and path == _UPLOAD and self._changes:
            await self._upload(scope, receive, send)
        else:
            raise HTTPException(404, "there is nothing here")

    def _may_read(self, path: str) -> bool:
        if _READ.fullmatch(path):
            return True
        if not self._changes:
            return False
        return path == _UPLOAD_PROGRESS or (path.startswith(_FILE) and self._uploads.holds(path.removeprefix(_FILE)))

    async def _send_event(self, route: str, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(scope, receive, PASTE_BYTES if self._changes else QUESTION_BYTES)
        event: Event
        if route == "call/ask":
            event, passed = self._events.from_program(body, "ask")
        else:
            event, passed = self._events.from_page(body, queued=route == "queue/join")
        if event.asks and not self._rates.question(client_address(scope)):
            raise too_many()
        headers = [header for header in scope["headers"] if header[0].lower() not in _ABOUT_THE_BODY]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(passed)).encode())]
        await self._app({**scope, "headers": headers}, replay(passed, receive), _saying_busy(send))

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        room = self._uploads.room()
        check_length(scope, room)
        counted = Counted(receive, room)

        async def send_unless_exceeded(message: Message) -> None:
            if not counted.exceeded:
                await send(message)

        self._uploading += 1
        try:
            await self._app(scope, counted, send_unless_exceeded)
        except Exception:
            if not counted.exceeded:
                raise
        finally:
            self._uploading -= 1
        if counted.exceeded:
            if not self._uploading:  # otherwise it is not known whose files they are
                self._uploads.remove_unfinished()
            raise TooLarge("there is no room for more files: add the files already uploaded, or wait an hour")


_ABOUT_THE_BODY = frozenset({b"content-length", b"content-type", b"content-encoding", b"transfer-encoding"})


def _saying_busy(send: Send) -> Send:
    """A `send` that says "busy, try again" where Gradio says how long its queue is."""
    busy = False

    async def send_or_busy(message: Message) -> None:
        nonlocal busy
        if message["type"] == "http.response.start" and message["status"] == 503:
            busy = True
            response = _refuse(503, "too many questions are waiting already: busy, try again in a moment")
            response.headers["retry-after"] = "5"
            await send({"type": "http.response.start", "status": 503, "headers": response.raw_headers})
            await send({"type": "http.response.body", "body": response.body})
        elif not busy:
            await send(message)

    return send_or_busy


def _refuse(status: int, reason: Any) -> Response:
    """An answer in the form that Gradio's clients read: they show the "detail"."""
    return JSONResponse({"detail": str(reason)}, status_code=status, headers={"connection": "close"})
