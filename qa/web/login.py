"""The login: HTTP's own (RFC 7617), which browsers, `curl` and every client library know."""

from __future__ import annotations

import base64
import binascii

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.web.rates import Rates, client_address
from qa.web.users import Users

CHALLENGE = {"www-authenticate": 'Basic realm="Verbatim", charset="UTF-8"'}


class Login:
    """Lets only users through, whatever they ask for."""

    def __init__(self, app: ASGIApp, *, users: Users, rates: Rates) -> None:
        self._app = app
        self._users = users
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := await self._refusal(scope)):
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        given = _name_and_password(Headers(scope=scope).get("authorization", ""))
        if given is None:
            return PlainTextResponse("Log in to see this page.", status_code=401, headers=CHALLENGE)
        if self._users.knows(*given):
            return None
        address = client_address(scope)
        if not self._rates.may_log_in(address):
            return PlainTextResponse("Too many wrong passwords. Wait a minute.", status_code=429)
        if await run_in_threadpool(self._users.check, *given):
            return None
        self._rates.wrong_password(address)
        return PlainTextResponse("The name or the password is wrong.", status_code=401, headers=CHALLENGE)


def _name_and_password(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None
