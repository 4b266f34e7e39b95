"""What a browser or a program may send to each event of the page.

Gradio takes whatever is sent: a file whose path is an address is fetched, a missing value is a traceback. So every
request is rebuilt here from what its event expects, and nothing else reaches Gradio.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components.api_component import Api

from qa.web.panel import FILE_LIMIT
from qa.web.uploads import Uploads

_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHORT = 64  # characters of what a script calls a value
_FOLLOWS: Mapping[str, type] = {"string": str, "integer": int, "boolean": bool}

Check = Callable[[Any], Any]  # returns the value as it is passed on; raises BadRequest


class BadRequest(Exception):
    """A request is not one that the page or a program would send. The message says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the page: its number, whether it waits in the queue, whether it asks, and what it takes."""

    number: int
    queued: bool
    asks: bool
    inputs: tuple[Check, ...]
    defaults: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """All events of a page: by number, and those with an endpoint by name."""

    by_number: Mapping[int, Event]
    by_name: Mapping[str, Event]

    @classmethod
    def of(cls, blocks: gr.Blocks, uploads: Uploads, *, asking: str) -> Events:
        """The events that a page has registered; `asking` is the concurrency group of those that ask a question."""
        by_number, by_name = {}, {}
        for number, function in blocks.fns.items():
            if function.fn is None:  # JavaScript alone: the server has no part in it
                continue
            inputs = tuple(_check(component, uploads) for component in function.inputs)
            defaults = tuple(getattr(component, "value", None) for component in function.inputs)
            event = Event(number, function.queue, function.concurrency_id == asking, inputs, defaults)
            by_number[number] = event
            if function.api_visibility == "public":
                by_name[str(function.api_name)] = event
        return cls(by_number, by_name)

    def from_page(self, body: bytes, *, queued: bool) -> tuple[Event, bytes]:
        """The event that the page's request is for, and the request as it is passed on. Raises BadRequest."""
        request = _object(body)
        number = request.get("fn_index")
        event = self.by_number.get(number) if type(number) is int else None
        if event is None or event.queued != queued:
            raise BadRequest(f"there is no event {number!r} here")
        passed = {"fn_index": event.number, "data": _data(event, request), "session_hash": _session(request)}
        if type(trigger := request.get("trigger_id")) is int:
            passed["trigger_id"] = trigger
        if clicked := request.get("event_data"):
            passed["event_data"] = _clicked(clicked)
        return event, json.dumps(passed).encode()

    def from_program(self, body: bytes, name: str) -> tuple[Event, bytes]:
        """The event of an endpoint's name, and a program's request as it is passed on. Raises BadRequest."""
        event = self.by_name.get(name)
        if event is None:
            raise BadRequest(f"there is no endpoint {name!r} here")
        return event, json.dumps({"data": _data(event, _object(body))}).encode()


def _object(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the request is not JSON") from None
    if not isinstance(request, dict):
        raise BadRequest("the request is not a JSON object")
    return request


def _data(event: Event, request: Mapping[str, Any]) -> list[Any]:
    data = request.get("data")
    if not isinstance(data, list) or len(data) > len(event.inputs):
        raise BadRequest(f'"data" has to be a list of at most {len(event.inputs)} values')
    data = [*data, *event.defaults[len(data) :]]
    return [check(value) for check, value in zip(event.inputs, data, strict=True)]


def _session(request: Mapping[str, Any]) -> str:
    session = request.get("session_hash")
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise BadRequest('"session_hash" has to be a short word')
    return session


def _clicked(clicked: Any) -> dict[str, str]:
    """What a script of the page says of a click: short words by short names."""
    if not isinstance(clicked, dict) or len(clicked) > 4:
        raise BadRequest('"event_data" has to be a small object')
    for name, value in clicked.items():
        if not isinstance(value, str) or len(name) > _SHORT:
            raise BadRequest(f'"event_data" has to hold text, not {type(value).__name__}')
    return clicked


def _check(component: Any, uploads: Uploads) -> Check:
    """How the value of a component is checked."""
    if isinstance(component, gr.State):  # it is kept here, and the browser sends null
        return _nothing
    if isinstance(component, gr.Textbox):
        return _text
    if isinstance(component, gr.File):
        return lambda value: _files(value, uploads)
    if isinstance(component, Api):
        kind = _FOLLOWS[component.api_info()["type"]]
        return lambda value: _parameter(value, kind)
    raise NotImplementedError(f"no event of the page takes a {type(component).__name__} so far")


def _nothing(_: Any) -> None:
    return None


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise BadRequest(f"a text was expected, not {type(value).__name__}")
    return value or ""


def _parameter(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise BadRequest(f"a value of type {kind.__name__} was expected, not {type(value).__name__}")
    return value


def _files(value: Any, uploads: Uploads) -> list[dict[str, Any]] | None:
    """Files that were uploaded here, and no others: not an address, not another file of this machine."""
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > FILE_LIMIT:
        raise BadRequest(f"a list of at most {FILE_LIMIT} files was expected")
    return [_file(file, uploads) for file in value]


def _file(file: Any, uploads: Uploads) -> dict[str, Any]:
    path = file.get("path") if isinstance(file, dict) else None
    if not isinstance(path, str) or not uploads.holds(path):
        raise BadRequest("a file was expected that has been uploaded here before")
    return {"path": path, "orig_name": Path(path).name, "meta": {"_type": "gradio.FileData"}}
