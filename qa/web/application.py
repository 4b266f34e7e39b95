"""The application that a server runs: Gradio's, behind everything that stands before it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import gradio as gr
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.library.library import Library
from qa.web.actions import Actions
from qa.web.events import Events
from qa.web.frame import Choice, frame
from qa.web.gate import Gate
from qa.web.libraries import Libraries, paths
from qa.web.lingering import LingeringClose
from qa.web.log import RequestLog
from qa.web.login import Login
from qa.web.page import ASKING, CONCURRENT_QUESTIONS, MOST_WAITING, TRANSLATIONS, page
from qa.web.page_routes import PageRoutes
from qa.web.panel import FILE_SIZE
from qa.web.policy import Policy
from qa.web.programs import Mounted, Programs
from qa.web.rates import Rates
from qa.web.same_origin import SameOrigin
from qa.web.settings import ServerSettings
from qa.web.shell import Shell
from qa.web.stopping import Stopping
from qa.web.theme import STATIC, theme
from qa.web.turns import Turns
from qa.web.unanswered import Unanswered
from qa.web.upkeep import Upkeep, worst
from qa.web.uploads import Uploads
from qa.web.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Application:
    """The pages over one library or several as an ASGI application, with what a server has to know of it.

    Attributes:
        app: The application, from the outermost layer on.
        stopping: The layer that refuses requests once the server stops.
        inner: What is behind it for each library.
    """

    app: ASGIApp
    stopping: Stopping
    inner: tuple[_Inner, ...]

    def start(self) -> None:
        """Begin to follow what other programs do to the libraries, and to prove them."""
        for inner in self.inner:
            inner.upkeep.start()

    def cancel(self) -> None:
        """End: a change that is still running leaves its library as it was, and nothing keeps pages open."""
        for inner in self.inner:
            inner.upkeep.stop()
            inner.actions.cancel()
            _end_streams(inner.blocks, inner.gradio)

    def remove_uploads(self) -> None:
        """Remove the folders of uploads."""
        for inner in self.inner:
            inner.uploads.remove()


@dataclass(frozen=True, slots=True)
class _Inner:
    """What is behind the shared layers for one library."""

    app: ASGIApp
    actions: Actions
    upkeep: Upkeep
    uploads: Uploads
    blocks: gr.Blocks
    gradio: FastAPI
    mounted: tuple[Starlette, ...]


def application(
    library: Library | Sequence[Library],
    settings: ServerSettings,
    *,
    log_questions: bool = False,
    mounted: Mounted | None = None,
) -> Application:
    """Put the pages over one library or several together with the layers before them.

    Args:
        library: The library that answers, or several to choose from.
        settings: Who may reach the pages, and what they may do.
        log_questions: Whether the log has the questions themselves.
        mounted: What makes further applications for programs over a library, by their paths.
    """
    libraries = [library] if isinstance(library, Library) else list(library)
    roots = paths([each.path for each in libraries])
    above = settings.root_path.rstrip("/")
    choices = [Choice(each.path.name, f"{above}{root}/") for each, root in zip(libraries, roots, strict=True)]
    rates, waiting = Rates(settings.questions_per_minute), Waiting(CONCURRENT_QUESTIONS, MOST_WAITING)
    inner = tuple(
        _inner(
            each,
            settings,
            f"{above}{root}",
            choices if len(choices) > 1 else [],
            rates,
            waiting,
            log_questions=log_questions,
            mounted=mounted or {},
        )
        for each, root in zip(libraries, roots, strict=True)
    )
    apps = {root: each.app for root, each in zip(roots, inner, strict=True)}
    app: ASGIApp = Libraries(apps, [app for each in inner for app in (each.gradio, *each.mounted)])
    if settings.users is not None:
        app = Login(app, users=settings.users, rates=rates)
    same_origin = SameOrigin(app, names=settings.names, proxied=settings.reachable)
    stopping = Stopping(same_origin, library=lambda: worst(each.upkeep.proof for each in inner))
    app = _Below(stopping, settings.root_path) if settings.root_path else stopping
    return Application(LingeringClose(RequestLog(Policy(app))), stopping, inner)


def _inner(
    library: Library,
    settings: ServerSettings,
    root: str,
    choices: Sequence[Choice],
    rates: Rates,
    waiting: Waiting,
    *,
    log_questions: bool,
    mounted: Mounted,
) -> _Inner:
    """The page over one library, which is at the path `root`."""
    uploads, unanswered = Uploads(), Unanswered()
    turns = Turns(library, unanswered, log_questions=log_questions)
    actions = Actions(library, changes=settings.changes, discard=uploads.discard, log_questions=log_questions)

    async def make() -> tuple[gr.Blocks, FastAPI]:
        with uploads.chosen():
            blocks = page(actions, changes=settings.changes)
            return blocks, _gradio(blocks, root)

    # Without an event loop that runs, Gradio makes several, sets each as the caller's own and closes none; and a caller
    # such as a notebook may have one that runs. So the page is made in a thread with a loop for just that.
    with ThreadPoolExecutor(1) as thread:
        blocks, gradio = thread.submit(asyncio.run, make()).result()
    events = Events.of(blocks, uploads, asking=ASKING)
    shell = Shell(gradio, lambda say: frame(library, say, choices, f"{root}/", changes=settings.changes))
    gate = Gate(shell, events=events, uploads=uploads, rates=rates, changes=settings.changes)
    routes = PageRoutes(
        gate, turns=turns, unanswered=unanswered, waiting=waiting, rates=rates, changes=settings.changes
    )
    behind = {path: over(library, unanswered.count) for path, over in mounted.items()}
    programs = Programs(
        routes,
        library=library,
        unanswered=unanswered,
        waiting=waiting,
        rates=rates,
        mounted=behind,
        log_questions=log_questions,
    )
    return _Inner(programs, actions, Upkeep(library), uploads, blocks, gradio, tuple(behind.values()))


def _end_streams(blocks: gr.Blocks, gradio: FastAPI) -> None:
    """End what Gradio keeps open for as long as a page is, which `Blocks.close` alone does only after `launch`."""
    blocks.close(verbose=False)
    for route in gradio.routes:
        if isinstance(route, Mount):
            route.app.stop_event.set()  # type: ignore[attr-defined]


def _gradio(blocks: gr.Blocks, root: str) -> FastAPI:
    """Gradio's own application, which browsers find at the path `root`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme(),
        favicon_path=STATIC / "favicon.svg",
        max_file_size=FILE_SIZE,
        footer_links=[],
        i18n=TRANSLATIONS,
        root_path=root,
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
