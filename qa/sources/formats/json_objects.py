"""The objects of a JSON file: one value, a list, or one per line; from a file that is cut off, the complete ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from qa.errors import SourceError
from qa.sources.decode import decode_reporting

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_DEEPEST = 400  # levels; no format of the web is nested more deeply


def objects(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a file, or of the list in it.

    Raises SourceError at the end if a part of the file cannot be read.
    """
    text, damage = decode_reporting(data, name)
    yield from _objects_of(text.lstrip("\ufeff"), name)
    if damage:
        raise damage


def _objects_of(text: str, name: str) -> Iterator[dict[str, Any]]:
    try:
        yield from _objects_in(json.loads(text))
        return
    except RecursionError:
        raise SourceError(f"{name!r} is nested too deeply to be read") from None
    except ValueError as error:
        message = str(error)
    yield from _objects_of_lines(text, name, message)


def complete_objects(data: bytes, name: str) -> tuple[list[dict[str, Any]], SourceError | None]:
    """The complete JSON objects of a file, and what is wrong with the rest of it.

    Raises SourceError if no object is complete.
    """
    complete: list[dict[str, Any]] = []
    try:
        complete.extend(objects(data, name))
    except SourceError as error:
        if not complete:
            raise
        return complete, error
    return complete, None


def walk(values: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a value, however deeply it is nested, in the order of the file, the outer ones first.

    >>> [value["id"] for value in walk([{"id": 1, "replies": [{"id": 2}]}, {"id": 3}])]
    [1, 2, 3]
    """
    stack: list[object] = [values]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack += reversed(value.values())
        elif isinstance(value, list):
            stack += reversed(value)


def find(value: object, *keys: str) -> Any:
    """The value inside nested objects, None if one of the keys is missing.

    >>> find({"user": {"name": "Ann"}}, "user", "name"), find({"user": None}, "user", "name")
    ('Ann', None)
    """
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _objects_of_lines(text: str, name: str, error: str) -> Iterator[dict[str, Any]]:
    bad, good = 0, 0
    lines = text.split("\n")  # not at the rarer line separators, which a JSON string can hold
    for line in lines:
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                bad += 1
                if not good and bad == 3:  # one value over many lines
                    break
            else:
                if isinstance(value, dict):  # in one value over many lines, a line can hold a number
                    good += 1
                    yield value
    if good and bad:
        raise SourceError(f"{bad} of the {len(lines)} lines of {name!r} cannot be read as JSON; the rest are read")
    if not good:
        beginning = _complete_beginning(text)
        if beginning is not None:
            yield from _objects_in(beginning)
        tail = "; what comes before that is read" if beginning is not None else ""
        raise SourceError(f"{name!r} is cut off or is not JSON: {error[:100]}{tail}")


def _objects_in(value: object) -> Iterator[dict[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _complete_beginning(text: str) -> object:
    """The value up to its last complete object, with the brackets around that closed; None if no object is complete."""
    open_brackets: list[str] = []  # the brackets that would close them
    end, closing = 0, ""
    for token in _TOKEN.finditer(text):
        bracket = token[0]
        if bracket in _CLOSING:
            open_brackets.append(_CLOSING[bracket])
            if len(open_brackets) > _DEEPEST:
                return None
        elif bracket in "]}":
            if not open_brackets or open_brackets.pop() != bracket:
                break
            if bracket == "}":
                end, closing = token.end(), "".join(reversed(open_brackets))
    try:
        return json.loads(text[:end] + closing) if end else None
    except (ValueError, RecursionError):
        return None
