"""Serving the page: it loads nothing from elsewhere, fetches nothing, and reports nothing to anyone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from types import FrameType, TracebackType

import uvicorn

from qa.errors import SettingError
from qa.library.library import Library
from qa.web.application import Application, application
from qa.web.programs import Mounted
from qa.web.settings import ServerSettings

MOST_CONNECTIONS = 500  # half of the files that Linux lets a process open; a page holds up to three
_START_SECONDS = 60
_STOP_SECONDS = 10  # for what is left when a server is closed from Python


class RunningServer:
    """A server in a thread of its own; `with` closes it."""

    def __init__(self, server: _Server, host: str, port: int) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.run, name="verbatim-server", daemon=True)
        self.url = _url(host, port)

    def _start(self) -> None:
        self._thread.start()
        if not self._server.up.wait(_START_SECONDS):
            self.close()
            raise SettingError(f"the server did not start at {self.url} within {_START_SECONDS} seconds")

    def close(self) -> None:
        """Stop at once, without waiting for requests in flight."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def launch(
    library: Library | Sequence[Library],
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    mounted: Mounted | None = None,
    **settings: object,
) -> RunningServer:
    """Start the page's server and return at once.

    Args:
        library: The library that answers, or several to choose from.
        host: The address to listen on.
        port: The port; 0 takes any free one.
        mounted: What makes further applications for programs over a library, by their paths.
        **settings: The other settings of `ServerSettings`.

    Returns:
        The running server: `.url` is its address, `.close()` stops it.

    Raises:
        SettingError: If the port is taken, the host is not an address of this machine, or a setting is wrong.
    """
    chosen = ServerSettings(host, port, **settings)  # type: ignore[arg-type]
    listener = _listener(chosen)
    server = _Server(application(library, chosen, mounted=mounted), listener)
    running = RunningServer(server, host, listener.getsockname()[1])
    running._start()
    return running


def serve(
    library: Library | Sequence[Library],
    settings: ServerSettings,
    *,
    log_questions: bool = False,
    mounted: Mounted | None = None,
) -> None:
    """Serve the page until Ctrl-C or SIGTERM, and then until what was asked before is answered.

    Args:
        library: The library that answers, or several to choose from.
        settings: Where, to whom and how.
        log_questions: Whether the log has the questions themselves.
        mounted: What makes further applications for programs over a library, by their paths.

    Raises:
        SettingError: If the port is taken, or the host is not an address of this machine.
    """
    listener = _listener(settings)
    url = _url(settings.host, listener.getsockname()[1])
    greeting = f"Verbatim is at {url}{settings.root_path.strip('/')}  (Ctrl-C stops it)\n{settings.summary()}"
    app = application(library, settings, log_questions=log_questions, mounted=mounted)
    _Server(app, listener, greeting).run()


class _Server(uvicorn.Server):
    """uvicorn's server, which stops in two steps: it refuses new requests, then ends when the others are answered."""

    def __init__(self, application: Application, listener: socket.socket, greeting: str = "") -> None:
        super().__init__(
            uvicorn.Config(
                application.app,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on",
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=1,  # for what is left then: `Stopping` has waited for the rest
            )
        )
        self._application = application
        self._listener = listener
        self._greeting = greeting
        self.up = threading.Event()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Run until stopped, and leave no uploads."""
        try:
            super().run([self._listener, *(sockets or [])])
        finally:
            self._listener.close()
            self._application.remove_uploads()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where the page is as soon as it can be reached."""
        await super().startup(sockets)
        self._application.start()
        self.up.set()
        if self._greeting and self.started:
            print(self._greeting, flush=True)  # noqa: T201 — the command's output

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 — uvicorn's
        """Stop at the first signal when all is answered, at the second at once."""
        if self._application.stopping.stopping:
            self.should_exit = True
        self._application.stopping.stop()

    async def on_tick(self, counter: int) -> bool:
        """Whether to end now; uvicorn asks ten times a second."""
        return await super().on_tick(counter) or self._application.stopping.stopped

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: a change that is still running leaves the library as it was."""
        self._application.cancel()
        await super().shutdown(sockets)


def _listener(settings: ServerSettings) -> socket.socket:
    """Listen at an address, or say clearly that it cannot be used."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server(
            (settings.host, settings.port), family=family, backlog=2048, reuse_port=False, dualstack_ipv6=False
        )
    except (OSError, OverflowError) as error:
        raise SettingError(
            f"cannot serve on {settings.host}, port {settings.port}: {error}; choose another --port, or 0 for any"
        ) from None


def _url(host: str, port: int) -> str:
    shown = "127.0.0.1" if host == "0.0.0.0" else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{port}/"
