"""Stopping: what has been asked is still answered, and nothing new is begun."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST_STOP = 30.0  # seconds; systemd kills what has not ended after 90, Docker after 10 unless told otherwise
QUIET = 0.5  # seconds in which a browser that has sent its question comes to fetch the answer
HEALTH = "/healthz"
_ENDLESS = re.compile(r".*/gradio_api/heartbeat/.*")  # as long as the page is open
_ANSWERS = re.compile(r".*/gradio_api/(?:queue/data|call/ask/.*|heartbeat/.*)")  # to questions asked before


class Stopping:
    """Counts the requests in flight, refuses new ones once the server stops, and answers /healthz."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        clock: Callable[[], float] = time.monotonic,
        library: Callable[[], str] = lambda: "",
    ) -> None:
        """Take what is behind it, a clock in seconds, and what says how far the libraries are proved."""
        self._app = app
        self._library = library
        self._clock = clock
        self._in_flight = 0
        self._quiet_since = clock()
        self._stops_at: float | None = None

    def stop(self) -> None:
        """From now on, refuse new requests."""
        self._stops_at = self._clock() + LONGEST_STOP

    @property
    def stopping(self) -> bool:
        """Whether new requests are refused."""
        return self._stops_at is not None

    @property
    def stopped(self) -> bool:
        """Whether nothing is in flight any more, or it has taken too long."""
        now = self._clock()
        quiet = not self._in_flight and now - self._quiet_since >= QUIET
        return self._stops_at is not None and (quiet or now >= self._stops_at)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == HEALTH:
            await self._health()(scope, receive, send)
        elif self.stopping and not (scope["method"] == "GET" and _ANSWERS.fullmatch(scope["path"])):
            await self._refusal()(scope, receive, send)
        elif _ENDLESS.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
        else:
            self._in_flight += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._in_flight -= 1
                self._quiet_since = self._clock()

    def _health(self) -> Response:
        said = {"status": "stopping" if self.stopping else "ok", "library": self._library()}
        return JSONResponse(said, 503 if self.stopping else 200)

    def _refusal(self) -> Response:
        headers = {"retry-after": "10", "connection": "close"}
        return JSONResponse({"detail": "this server is stopping: try again in a moment"}, 503, headers)
