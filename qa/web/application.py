"""The application that a server runs: Gradio's, behind everything that stands before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import gradio as gr
from fastapi import FastAPI
from starlette.responses import RedirectResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.library.library import Library
from qa.web.actions import Actions
from qa.web.events import Events
from qa.web.frame import frame
from qa.web.gate import Gate
from qa.web.log import RequestLog
from qa.web.login import Login
from qa.web.page import ASKING, CONCURRENT_QUESTIONS, MOST_WAITING, page
from qa.web.page_routes import PageRoutes
from qa.web.panel import FILE_SIZE
from qa.web.policy import Policy
from qa.web.rates import Rates
from qa.web.same_origin import SameOrigin
from qa.web.settings import ServerSettings
from qa.web.shell import Shell
from qa.web.stopping import Stopping
from qa.web.theme import STATIC, theme
from qa.web.turns import Turns
from qa.web.uploads import Uploads
from qa.web.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Application:
    """The page over a library as an ASGI application, with what a server has to know of it.

    Attributes:
        app: The application, from the outermost layer on.
        stopping: The layer that refuses requests once the server stops.
        actions: What the page does.
        uploads: The folder of uploads, which the server removes when it ends.
        end_streams: Ends what open pages keep open.
    """

    app: ASGIApp
    stopping: Stopping
    actions: Actions
    uploads: Uploads
    end_streams: Callable[[], None]


def application(library: Library, settings: ServerSettings, *, log_questions: bool = False) -> Application:
    """Put the page over a library together with the layers before it.

    Args:
        library: The library that answers.
        settings: Who may reach the page, and what they may do.
        log_questions: Whether the log has the questions themselves.
    """
    uploads, rates = Uploads(), Rates(settings.questions_per_minute)
    turns = Turns(library, log_questions=log_questions)
    actions = Actions(library, changes=settings.changes, discard=uploads.discard, log_questions=log_questions)

    async def make() -> tuple[gr.Blocks, FastAPI]:
        with uploads.chosen():
            blocks = page(actions, changes=settings.changes)
            return blocks, _gradio(blocks, settings)

    # Without an event loop that runs, Gradio makes several, sets each as the caller's own and closes none; and a caller
    # such as a notebook may have one that runs. So the page is made in a thread with a loop for just that.
    with ThreadPoolExecutor(1) as thread:
        blocks, gradio = thread.submit(asyncio.run, make()).result()
    events = Events.of(blocks, uploads, asking=ASKING)
    shell = Shell(gradio, lambda say: frame(library, say))
    app: ASGIApp = Gate(shell, events=events, uploads=uploads, rates=rates, changes=settings.changes)
    app = PageRoutes(app, turns=turns, waiting=Waiting(CONCURRENT_QUESTIONS, MOST_WAITING), rates=rates)
    if settings.users is not None:
        app = Login(app, users=settings.users, rates=rates)
    stopping = Stopping(SameOrigin(app, names=settings.names, proxied=settings.reachable))
    app = _Below(stopping, settings.root_path) if settings.root_path else stopping
    return Application(RequestLog(Policy(app)), stopping, actions, uploads, lambda: _end_streams(blocks, gradio))


def _end_streams(blocks: gr.Blocks, gradio: FastAPI) -> None:
    """End what Gradio keeps open for as long as a page is, which `Blocks.close` alone does only after `launch`."""
    blocks.close(verbose=False)
    for route in gradio.routes:
        if isinstance(route, Mount):
            route.app.stop_event.set()  # type: ignore[attr-defined]


def _gradio(blocks: gr.Blocks, settings: ServerSettings) -> FastAPI:
    """Gradio's own application."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme(),
        favicon_path=STATIC / "favicon.svg",
        max_file_size=FILE_SIZE,
        footer_links=["api"],
        root_path=settings.root_path.rstrip("/"),
        show_error=False,
        # Each of these could otherwise be switched on by an environment variable.
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
    )
    return app


class _Below:
    """Takes the root path off a request's path, which some proxies do themselves and others do not."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root = root_path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._root:
            await RedirectResponse(f"{self._root}/")(scope, receive, send)
            return
        if scope["type"] == "http" and scope["path"].startswith(f"{self._root}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self._root)}
        await self._app(scope, receive, send)
