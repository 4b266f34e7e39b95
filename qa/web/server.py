"""Serving the page on this machine: it loads nothing from elsewhere and reports nothing to anyone."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.errors import SettingError
from qa.library.library import Library
from qa.web.page import page
from qa.web.panel import FILE_SIZE
from qa.web.theme import STATIC, style, theme

# The browser refuses everything that is not from this server. Gradio needs inline scripts and `eval`; hostile text
# never gets that far, since `escape.escaped` has made it inert.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; frame-ancestors 'self'"
)


class _Policy:
    """Adds the content security policy to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", []),
                    (b"content-security-policy", POLICY.encode()),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self._app(scope, receive, with_policy)


def launch(library: Library, host: str = "127.0.0.1", port: int = 7860) -> gr.Blocks:
    """Start the page's server and return at once.

    Args:
        library: The library that answers.
        host: The address to listen on.
        port: The port; 0 takes any free one.

    Returns:
        The running app: `.local_url` is its address, `.close()` stops it.

    Raises:
        SettingError: If the port is taken or the host is not an address of this machine.
    """
    _check(host, port)
    blocks = page(library)
    with _without_proxy(host):
        blocks.launch(
            server_name=host,
            server_port=port or _free_port(host),
            prevent_thread_lock=True,
            quiet=True,
            theme=theme(),
            # Not by `css`: Gradio rewrites what it is given there, and loses the media queries.
            head=f"<style>{style()}</style>",
            favicon_path=STATIC / "favicon.svg",
            max_file_size=FILE_SIZE,
            footer_links=["api"],
            app_kwargs={"middleware": [Middleware(_Policy)]},
            # Each of these could otherwise be switched on by an environment variable.
            share=False,
            run_history=False,
            ssr_mode=False,
            mcp_server=False,
            enable_monitoring=False,
            pwa=False,
        )
    return blocks


def serve(library: Library, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve the page until Ctrl-C."""
    blocks = launch(library, host, port)
    print(f"Verbatim is at {blocks.local_url}  (Ctrl-C stops it)", flush=True)  # noqa: T201 — the command's output
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        blocks.close(verbose=False)


@contextmanager
def _without_proxy(host: str) -> Iterator[None]:
    """Keep Gradio's start-up request to its own server from going through a web proxy."""
    before = os.environ.get("no_proxy")
    current = before or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = ",".join(filter(None, [current, host, "localhost"]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["no_proxy"]
        else:
            os.environ["no_proxy"] = before


def _check(host: str, port: int) -> None:
    """Refuse an unusable address before Gradio tries it, with a clear message."""
    try:
        with socket.create_server((host, port)):
            pass
    except (OSError, OverflowError) as error:
        raise SettingError(
            f"cannot serve on {host}, port {port}: {error}; choose another --port, or 0 for any"
        ) from None


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])
