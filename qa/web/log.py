"""The server's log: one JSON object a line on standard error, warnings alone unless more is asked for.

Python's own logging writes it; a line has the fields `time`, `level`, `logger`, `event` and those of the event.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.answering.answer import Answer
from qa.web.rates import client_address

LEVELS = {"warnings": logging.WARNING, "requests": logging.INFO}
_FIELDS = "fields"
_LOGGERS = ("qa", "uvicorn")
_LONGEST_PATH = 200  # characters
_SESSION = re.compile(r"(/heartbeat/|/call/ask/).*")  # whoever has its name can read its answers

logger = logging.getLogger(__name__)


def log_event(to: logging.Logger, event: str, **fields: Any) -> None:
    """Log an event with its fields."""
    to.info(event, extra={_FIELDS: fields})


def log_problem(to: logging.Logger, event: str, level: int, **fields: Any) -> None:
    """Log what someone should look at, at the level of a warning or an error."""
    to.log(level, event, extra={_FIELDS: fields})


def start_log(level: str) -> None:
    """Write what Verbatim and its server log to standard error.

    Args:
        level: "warnings", or "requests" for a line about every request and every question.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONFormatter())
    for name in _LOGGERS:
        one = logging.getLogger(name)
        one.handlers = [handler]
        one.propagate = False
        one.setLevel(LEVELS[level] if name == "qa" else logging.WARNING)


def log_question(to: logging.Logger, question: str, answer: Answer | None, begun: float, *, full: bool) -> None:
    """Log that a question was answered, without its words unless asked to.

    Args:
        to: The logger.
        question: The question.
        answer: Its answer; None after an error.
        begun: When it was asked, by `time.monotonic`.
        full: Whether the log has the question itself.
    """
    log_event(
        to,
        "question",
        milliseconds=round(1000 * (time.monotonic() - begun)),
        characters=len(question),
        found=answer.found if answer else None,
        **({"question": question} if full else {}),
    )


class JSONFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's fields after its time, level, logger and event; an error's traceback is the last field."""
        fields: Mapping[str, Any] = getattr(record, _FIELDS, {})
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **fields,
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


class RequestLog:
    """Logs a line about every request; neither what was asked nor anything else after the path's `?`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not logger.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        begun, status = time.monotonic(), 0

        async def with_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, with_status)
        finally:
            log_event(
                logger,
                "request",
                method=scope["method"],
                path=_SESSION.sub(r"\1…", scope["path"])[:_LONGEST_PATH],
                status=status,
                milliseconds=round(1000 * (time.monotonic() - begun)),
                client=client_address(scope),
            )
