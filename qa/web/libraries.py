"""Several libraries behind one address: the first at its root, each of the others below a path of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_NOT_IN_PATHS = re.compile(r"[^A-Za-z0-9]+")


def paths(folders: Sequence[Path]) -> tuple[str, ...]:
    """The path of each library's page: "" for the first, then one made of the folder's name.

    >>> paths([Path("a"), Path("b/My texts"), Path("c/my-texts")])
    ('', '/library/My-texts', '/library/my-texts-2')
    """
    taken: set[str] = set()
    found = []
    for number, folder in enumerate(folders):
        name = _NOT_IN_PATHS.sub("-", folder.name).strip("-") or "library"
        unique, count = name, 1
        while unique.lower() in taken:
            count += 1
            unique = f"{name}-{count}"
        taken.add(unique.lower())
        found.append(f"/library/{unique}" if number else "")
    return tuple(found)


class Libraries:
    """Passes each request on to the application of the library that its path names."""

    def __init__(self, apps: Mapping[str, ASGIApp], inside: Sequence[Starlette]) -> None:
        """Take the application of each path, and the applications inside of them that have to be started."""
        self._apps = apps
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path = str(scope.get("path", ""))
        for root, app in self._apps.items():
            if root and path == root:
                await RedirectResponse(f"{root.rsplit('/', 1)[-1]}/")(scope, receive, send)
                return
            if root and path.startswith(f"{root}/"):
                await app({**scope, "path": path.removeprefix(root)}, receive, send)
                return
        await self._apps[""](scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start every application inside, and end them with the server."""
        await receive()
        async with AsyncExitStack() as started:
            for app in self._inside:
                await started.enter_async_context(app.router.lifespan_context(app))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
