"""Reading on for a while after a refusal, so that whoever is still sending receives it.

A connection that is closed while bytes of the request are unread is reset, and a reset takes the answer away from the
client before it has read it: a proxy reports 502, a browser a broken connection. Apache and nginx call the cure a
lingering close.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 25_000_000  # more than the longest text that may be pasted takes
MOST_SECONDS = 10.0  # in which MOST_BYTES come over 20 Mbit/s


class LingeringClose:
    """Ends a response only when the request is read to its end, or up to a limit; what is read late is dropped."""

    def __init__(self, app: ASGIApp, *, most_bytes: int = MOST_BYTES, most_seconds: float = MOST_SECONDS) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        is_read, is_held = False, False

        async def receive_noting_the_end() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = is_read or _is_last(message)
            return message

        async def send_all_but_the_end(message: Message) -> None:
            nonlocal is_held
            if message["type"] == "http.response.body" and not message.get("more_body") and not is_read:
                is_held = True
                message = {**message, "more_body": True}
            await send(message)

        await self._app(scope, receive_noting_the_end, send_all_but_the_end)
        if is_held:
            await self._drop_the_rest(receive)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _drop_the_rest(self, receive: Receive) -> None:
        left = self._most_bytes
        with suppress(TimeoutError):
            async with asyncio.timeout(self._most_seconds):
                while left > 0:
                    message = await receive()
                    if _is_last(message):
                        return
                    left -= len(message.get("body", b""))


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _is_last(message: Message) -> bool:
    return message["type"] == "http.disconnect" or not message.get("more_body")
