"""EPUB: a book, each chapter a thread, in the order of the book."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats import xml
from qa.sources.formats.zip_parts import ZipParts, open_document
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_CONTAINER = "META-INF/container.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_HEADINGS = "(.//h1 | .//h2 | .//h3)[1]"


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each chapter.

    Raises SourceError if there is none; after the last one, if chapters are damaged or encrypted.
    """
    with open_document(data, name) as parts:
        book = _Book(parts, name)
        try:
            yield from compose_threads(book.chapters(), name)
        except SourceError as error:
            raise book.damage or error from None
        if book.damage:
            raise book.damage


class _Book:
    def __init__(self, parts: ZipParts, name: str) -> None:
        self._parts = parts
        self._name = name
        rootfile = next(xml.parse(parts.read(_CONTAINER), name).iter("{*}rootfile"), None)
        package = unquote(xml.attribute(rootfile, "full-path")) if rootfile is not None else ""
        self._folder = posixpath.dirname(package)
        self._package = xml.parse(parts.read(package), name)
        self.damage: SourceError | None = None
        self._chapters = self._spine()
        self._titles = self._contents()

    def chapters(self) -> Iterator[RawThread]:
        """The chapters that have words."""
        about: dict[str, str] = {}
        for element in self._package.iter("{*}metadata"):
            about = xml.texts(element)
        author, day = label(about.get("creator")), day_of(about.get("date"))
        for number, part in enumerate(self._chapters, 1):
            try:
                text, heading = _read_page(self._parts.read(part), part)
            except SourceError as error:
                self.damage = self.damage or error
                continue
            title = self._titles.get(part) or heading
            source = thread_name(self._name, title, f"chapter {number}")
            yield RawThread(source, [RawPost("", None, DraftPost("article", text, author, day))], title)

    def _spine(self) -> list[str]:
        """The pages of the book in reading order, without its table of contents."""
        items = {xml.attribute(item, "id"): item for item in self._package.iter("{*}item")}
        pages = []
        for reference in self._package.iter("{*}itemref"):
            item = items.get(xml.attribute(reference, "idref"))
            if item is None or xml.attribute(item, "media-type") not in _PAGES:
                continue
            if "nav" not in xml.attribute(item, "properties").split():
                pages.append(self._path(xml.attribute(item, "href")))
        return pages

    def _path(self, href: str) -> str:
        return posixpath.normpath(posixpath.join(self._folder, unquote(href.partition("#")[0])))

    def _contents(self) -> dict[str, str]:
        """The title of each page in the book's table of contents, by EPUB 3's or else by EPUB 2's."""
        titles: dict[str, str] = {}
        for item in self._package.iter("{*}item"):
            is_contents = "nav" in xml.attribute(item, "properties").split()
            part = self._path(xml.attribute(item, "href"))
            if part not in self._parts or not (is_contents or xml.attribute(item, "media-type").endswith("dtbncx+xml")):
                continue
            try:
                tree = xml.parse(self._parts.read(part), part)
            except SourceError as error:
                self.damage = self.damage or error
                continue
            for link, title in _links(tree):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(part), unquote(link.partition("#")[0])))
                if words := label(title):
                    titles.setdefault(target, words)
        return titles


def _links(contents: Any) -> Iterator[tuple[str, str]]:
    for link in contents.iter("{*}a"):
        yield xml.attribute(link, "href"), xml.text_of(link)
    for point in contents.iter("{*}navPoint"):
        content = next((child for child in point if xml.local(child) == "content"), None)
        if content is not None:
            yield xml.attribute(content, "src"), xml.texts(point).get("navLabel", "")


def _read_page(data: bytes, part: str) -> tuple[str, str | None]:
    """All words of a page, for a chapter has no furniture, and its first heading."""
    from qa.sources.webpage.blocks import join_blocks, lay_out
    from qa.sources.webpage.parse import parse_page

    root = parse_page(data, part)
    if root is None:
        return "", None
    body = root.find(".//body")
    body = root if body is None else body
    headings = body.xpath(_HEADINGS)
    return join_blocks(lay_out(body, bullets=True))[0], label(headings[0].text_content()) if headings else None
