"""The first response: Gradio's page with the chat already in it, and without Gradio's own advertisement.

The chat is usable before any of Gradio's scripts has run, and does not depend on them; Gradio shows the panel that
changes the library.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.frame import Frame
from qa.web.words import Words, words_for

# They name another product, and would have a page that shows a preview load a picture from elsewhere.
_ADVERTISEMENT = re.compile(r"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*")
_BASE = re.compile(r"<base\b[^>]*>\s*")  # the policy forbids it, and it says nothing that is not so anyway
_LANGUAGE = re.compile(r"<html\s+lang=\"en\"")
_SCRIPTS = '<script type="module"'  # Gradio's, a megabyte: modules run in their order, and ours are needed first
_PANEL = re.compile(r"<gradio-app\b.*?</gradio-app>", re.DOTALL)
# Gradio takes the whole window by these styles, which no style sheet outweighs.
_STYLES = re.compile(r"(<(?:html|body|gradio-app)\b[^>]*?)\sstyle=\"[^\"]*\"", re.DOTALL)


class Shell:
    """Stands before Gradio's application, and puts the chat into the page that it sends."""

    def __init__(self, app: ASGIApp, frame: Callable[[Words], Frame]) -> None:
        """Take the application, and what draws the chat in a language."""
        self._app = app
        self._frame = frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        say = words_for(Headers(scope=scope))
        start: Message = {}
        body = bytearray()

        async def send_with_chat(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            page = with_frame(body.decode("utf-8"), self._frame(say), say.language).encode("utf-8", "replace")
            headers = MutableHeaders(raw=list(start["headers"]))
            headers["content-length"] = str(len(page))
            headers["vary"] = "accept-language, cookie"
            headers["cache-control"] = "no-store"  # so that Back shows the texts as they are, and asks again
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, send_with_chat)


def with_frame(page: str, frame: Frame, language: str) -> str:
    """Gradio's page with the frame in it. Raises LookupError if the page is not one of the Gradio that is known."""
    page = _LANGUAGE.sub(f'<html lang="{language}"', _BASE.sub("", _ADVERTISEMENT.sub("", page)), count=1)
    page = _STYLES.sub(r"\1", page)
    panel = _PANEL.search(page)
    scripts = page.find(_SCRIPTS)
    if panel is None or scripts < 0 or "</head>" not in page:
        raise LookupError("this version of Gradio sends another page than the one that Verbatim knows")
    before, after = page[:scripts] + frame.scripts + page[scripts : panel.start()], page[panel.end() :]
    page = before + frame.body.replace("<!-- panel -->", panel[0], 1) + after
    return page.replace("</head>", f"{frame.head}</head>", 1)
