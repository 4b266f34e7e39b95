"""The block of metadata before a text: the front matter of Jekyll, Hugo, Obsidian, Pelican and reStructuredText."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.sources.patterns.attribution import Attribution
from qa.sources.patterns.dates import day_of
from qa.sources.patterns.lines import Line
from qa.sources.sanitize import label

_TITLE = ("title",)
_AUTHOR = ("author", "authors", "by", "byline", "creator")
_TAGS = ("tags", "tag", "keywords")
_DATE = ("date", "published", "publishdate", "pubdate", "date_published", "created", "date created")
_KNOWN = frozenset(
    (*_TITLE, *_AUTHOR, *_DATE, *_TAGS, "layout", "categories", "category", "aliases", "slug", "draft", "lang",
     "permalink", "description", "summary", "modified", "updated", "lastmod", "status", "subtitle",
     "cssclass")
)  # fmt: skip
_FIELD = re.compile(r":?(?P<key>[A-Za-z][\w -]{0,30}):(?:\s+(?P<value>.*))?")
_RST_RULE = re.compile(r"([=\-~`#\"^+*:.'_])\1{2,}\s*")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{1,200}\|)?(?P<name>[^\[\]|]{1,200})\]\]")  # of Obsidian
# Lines and characters of a block; one that is longer is a text.
_MOST_LINES, _MOST_CHARACTERS = 300, 10_000
_FEWEST_FIELDS = 2  # one "Title: …" can be the first line of a text


@dataclass(frozen=True, slots=True)
class MetadataBlock:
    """What a block says: the title, the author with the day, the tags, and the number of the line after it."""

    title: str | None
    who: Attribution
    tags: tuple[str, ...]
    end: int


def read_metadata_block(lines: Sequence[Line]) -> MetadataBlock | None:
    """Read the block that a text begins with; None if it begins with none."""
    first = next((index for index, line in enumerate(lines) if not line.blank), None)
    if first is None:
        return None
    opening = lines[first].text.strip().lstrip("\ufeff")
    if opening in _FENCED:
        return _fenced(lines, first, *_FENCED[opening])
    if opening.startswith("{"):
        return _json_block(lines, first)
    return _fields(lines, first)


def _load_yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: a day that no calendar has
        return None


def _load_toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


_FENCED: Mapping[str, tuple[tuple[str, ...], Callable[[str], Any]]] = {
    "---": (("---", "..."), _load_yaml),
    "+++": (("+++",), _load_toml),
}


def _fenced(
    lines: Sequence[Line], first: int, closings: tuple[str, ...], load: Callable[[str], Any]
) -> MetadataBlock | None:
    inside: list[str] = []
    for index in range(first + 1, min(first + _MOST_LINES, len(lines))):
        if lines[index].text.strip() in closings:
            text = "\n".join(inside)
            return _block(load(text), index + 1) if len(text) <= _MOST_CHARACTERS else None
        inside.append(lines[index].text)
    return None


def _json_block(lines: Sequence[Line], first: int) -> MetadataBlock | None:
    text = "\n".join(line.text for line in lines[first : first + _MOST_LINES])[:_MOST_CHARACTERS]
    try:
        fields, end = json.JSONDecoder().raw_decode(text.lstrip("\ufeff \t"))
    except (ValueError, RecursionError):
        return None
    following = first + text[:end].count("\n") + 1
    return _block(fields, following) if any(not line.blank for line in lines[following:]) else None


def _fields(lines: Sequence[Line], first: int) -> MetadataBlock | None:
    """The fields "Title: …" of Pelican, or ":date: …" of reStructuredText, which come below its title."""
    start, title = first, None
    if _RST_RULE.fullmatch(lines[first].text.strip()) and first + 2 < len(lines):
        first += 1  # a title with a rule above it as well
    if first + 1 < len(lines) and _RST_RULE.fullmatch(lines[first + 1].text):
        title, start = label(lines[first].text), first + 2
        while start < len(lines) and lines[start].blank:
            start += 1
    fields: dict[str, str] = {}
    end = start
    while end < min(len(lines), start + _MOST_LINES) and (match := _FIELD.fullmatch(lines[end].text.strip())):
        if title is not None and not lines[end].text.strip().startswith(":"):
            break
        fields.setdefault(match["key"].lower(), match["value"] or "")
        end += 1
    is_whole = end == len(lines) or lines[end].blank
    if not is_whole or (title is None and len(_KNOWN & fields.keys()) < _FEWEST_FIELDS):
        return None
    if title is None and "title" not in fields:
        return None
    return _block({"title": title, **fields}, end) if fields else None


def _block(fields: Any, end: int) -> MetadataBlock | None:
    if not isinstance(fields, dict):
        return None
    lowered = {str(key).lower(): value for key, value in fields.items()}
    if not _KNOWN & lowered.keys():
        return None
    title = next((text for key in _TITLE if (text := label(lowered.get(key)))), None)
    author = next((name for key in _AUTHOR if (name := _name(lowered.get(key)))), None)
    day = next((day for key in _DATE if (day := day_of(str(lowered.get(key) or "")))), None)
    tags = next((tags for key in _TAGS if (tags := _tags(lowered.get(key)))), ())
    return MetadataBlock(title, Attribution(author, day), tags, end)


def _tags(value: Any) -> tuple[str, ...]:
    """The tags in a field: a list, or names with commas or, if all begin with "#", spaces between."""
    if isinstance(value, str):
        value = value.split() if value.startswith("#") and "," not in value else value.strip("[]").split(",")
    if not isinstance(value, list):
        return ()
    names = (label(str(tag).strip().strip("'\"").removeprefix("#")) for tag in value if isinstance(tag, (str, int)))
    return tuple(dict.fromkeys(name for name in names if name))


def _name(value: Any) -> str | None:
    """The author in a field: a name, several, or an object with a name."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        return label(", ".join(filter(None, map(_name, value))))
    return label(_WIKI_LINK.sub(r"\g<name>", value)) if isinstance(value, str) else None
