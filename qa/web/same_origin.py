"""Only pages of this server may talk to it: the names in `Host` and `Origin` are checked before anything else.

A page of another site can make the browser send requests here. If its name is made to point to this machine (DNS
rebinding), `Host` still holds that name; no name can be made to look like an address. If it asks from its own address,
`Sec-Fetch-Site` or `Origin` says so; the rule is that of Go's `http.CrossOriginProtection`.

Starlette's TrustedHostMiddleware compares names alone: it can neither let every address through nor look at `Origin`.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_DEFAULT_PORTS = (None, 80, 443)  # which of them it is a proxy decides
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via"})
# Gradio would take the page's own address from these; uvicorn has read what it trusts of them before.
_MISLEADING = frozenset({b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server"})


class SameOrigin:
    """Refuses requests that another site has made a browser send."""

    def __init__(self, app: ASGIApp, *, names: frozenset[str], proxied: bool) -> None:
        """Take the names by which this server may be called, and whether a proxy may pass requests on."""
        self._app = app
        self._names = names
        self._proxied = proxied

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (reason := self._refusal(scope)):
            await PlainTextResponse(reason, status_code=403)(scope, receive, send)
            return
        if "headers" in scope:
            scope["headers"] = [header for header in scope["headers"] if header[0].lower() not in _MISLEADING]
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = _place(f"//{hosts[0]}") if len(hosts) == 1 else None
        if host is None or not self._is_own(host[0]):
            return "This server does not accept this host name; qa serve --allowed-host NAME adds one."
        if not self._proxied and any(name.lower() in _FORWARDED for name, _ in scope["headers"]):
            return "A proxy passes this page on to others: start it with qa serve --allowed-host NAME."
        navigates = scope["method"] in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not navigates:
            return "This request comes from a page of another site."
        origins = headers.getlist("origin")
        if any(_place(origin) != host for origin in origins):
            return "This request comes from a page of another site."
        return None

    def _is_own(self, name: str) -> bool:
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return True


def _place(url: str) -> tuple[str, int | None] | None:
    """The host of an address and its port, None for a default one; None if there is no host in it."""
    try:
        parts = urlsplit(url)
        port = None if parts.port in _DEFAULT_PORTS else parts.port
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and parts.username is None else None
