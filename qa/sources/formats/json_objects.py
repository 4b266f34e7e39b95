"""The objects in a JSON file: one value, a list of them, or one a line; what is whole of a file that is cut off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from qa.errors import SourceError
from qa.sources.decode import decode

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_DEEPEST = 400  # a reader may follow replies this deep and no format of the web goes deeper


def objects(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a file; a list at its top is opened.

    Raises SourceError at the end where something of the file could not be read.
    """
    text = decode(data, name).lstrip("\ufeff")
    try:
        yield from _objects_in(json.loads(text))
        return
    except RecursionError:
        raise SourceError(f"{name!r} is nested too deeply to be read") from None
    except ValueError as error:
        first = str(error)
    yield from _lines(text, name, first)


def whole(data: bytes, name: str) -> tuple[list[dict[str, Any]], SourceError | None]:
    """The JSON objects of a file, and what was wrong with it; raises it where that leaves nothing."""
    found: list[dict[str, Any]] = []
    try:
        found.extend(objects(data, name))
    except SourceError as error:
        if not found:
            raise
        return found, error
    return found, None


def _lines(text: str, name: str, error: str) -> Iterator[dict[str, Any]]:
    bad, whole = 0, 0
    lines = text.split("\n")  # not at the rarer separators, which may stand inside a JSON string
    for line in lines:
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                bad += 1
                if not whole and bad == 3:  # one value over many lines
                    break
            else:
                if isinstance(value, dict):  # in one value over many lines, a line may hold a number
                    whole += 1
                    yield value
    if whole and bad:
        raise SourceError(f"{bad} of the {len(lines)} lines of {name!r} cannot be read as JSON; the others are read")
    if not whole:
        mended = _mended(text)
        if mended is not None:
            yield from _objects_in(mended)
        tail = "; what stands before it is read" if mended is not None else ""
        raise SourceError(f"{name!r} is cut off or is not JSON: {error[:100]}{tail}")


def _objects_in(value: object) -> Iterator[dict[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _mended(text: str) -> object:
    """The value up to the last object that is whole, what was open around it closed; None where that is nothing."""
    opened: list[str] = []
    end, still_open = 0, ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in _CLOSING:
            opened.append(_CLOSING[sign])
            if len(opened) > _DEEPEST:
                return None
        elif sign in "]}":
            if not opened or opened.pop() != sign:
                break
            if sign == "}":
                end, still_open = token.end(), "".join(reversed(opened))
    try:
        return json.loads(text[:end] + still_open) if end else None
    except (ValueError, RecursionError):
        return None
