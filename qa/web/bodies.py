"""Reading the body of a request, up to a limit, whether or not it says its length."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope


class TooLarge(Exception):
    """A body is longer than it may be. The message says how long that is."""


def declared_length(scope: Scope) -> int | None:
    """The length that a request says its body has; None if it says none."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


def check_length(scope: Scope, limit: int) -> None:
    """Refuse a body that says it is too long before any of it is read. Raises TooLarge."""
    if (declared_length(scope) or 0) > limit:
        raise TooLarge(f"a request here may have at most {max(limit, 0):,} bytes")


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Read all of a body. Raises TooLarge as soon as there is too much of it."""
    check_length(scope, limit)
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge(f"a request here may have at most {limit:,} bytes")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives this body first, and then what the real one gives."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


class Counted:
    """A `receive` that ends a body once there is too much of it: to the application, the client has gone."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self.exceeded = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.exceeded = True
            return {"type": "http.disconnect"}
        return message
