"""Main text and comments of saved web pages, beside trafilatura and readability on the same pages.

The folder holds pages/ and labels.jsonl: for each page segments that belong to the main text, that do not, and that are
readers' comments. A segment is found where it stands, blanks aside, in the article (or in one comment).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import platform
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from benchmarks.options import OURS, RESULTS
from benchmarks.page_table import PARTS, Figures, write
from qa.errors import SourceError
from qa.sources.webpage.read import read as read_page

_INSTALL = "pip install -e '.[peers]'"
_PACKAGES = ("verbatim-qa", "trafilatura", "readability-lxml", "lxml")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one system makes of a page: the main text, and each comment by itself; a peer gives all comments as one."""

    article: str
    comments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """A page's segments, blanks made single."""

    file: str
    wanted: Sequence[str]
    unwanted: Sequence[str]
    comments: Sequence[str]

    @property
    def half(self) -> int:
        """0 for the pages that rules were made on, 1 for those that they were only measured on."""
        return hashlib.sha256(self.file.encode()).digest()[0] % 2


Read = Callable[[bytes, str], Reading]


def ours(data: bytes, name: str) -> Reading:
    """This project's source; comments as posts of their own."""
    try:
        posts = [post for thread in read_page(data, name) for post in thread.posts]
    except SourceError:
        return Reading("")
    return Reading(
        "\n".join(post.text for post in posts if post.kind == "article"),
        [post.text for post in posts if post.kind == "comment"],
    )


def with_trafilatura(data: bytes, *, comments: bool) -> Reading:
    """trafilatura as its documentation has it; it gives all comments of a page in one text."""
    import trafilatura

    found = trafilatura.bare_extraction(data, include_comments=comments)
    if found is None or isinstance(found, dict):
        return Reading("")
    return Reading(found.text or "", [found.comments] if found.comments else [])


def with_readability(data: bytes) -> Reading:
    """readability-lxml's summary, its markup taken off."""
    from lxml import html as markup
    from readability import Document
    from trafilatura.utils import decode_file

    return Reading(markup.fromstring(Document(decode_file(data)).summary()).text_content())


SYSTEMS: Mapping[str, tuple[str, Read]] = {
    OURS: ("verbatim-qa", ours),
    "trafilatura with comments": ("trafilatura", lambda data, _: with_trafilatura(data, comments=True)),
    "trafilatura without comments": ("trafilatura", lambda data, _: with_trafilatura(data, comments=False)),
    "readability-lxml": ("readability-lxml", lambda data, _: with_readability(data)),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every system on every page, print the figures, and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with labels.jsonl and pages/")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)  # peers log every page that they find odd

    lines = (options.folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [_labels(json.loads(line)) for line in lines]
    pages = {page.file: (options.folder / "pages" / page.file).read_bytes() for page in labels}
    present = {page.file for page in labels if page.comments and _holds_comments(page, pages[page.file])}
    commented = sum(bool(page.comments) for page in labels)
    print(
        f"{len(labels)} pages; {commented} with labelled comments, of which {len(present)} are in the saved file",
        flush=True,
    )
    figures: dict[str, Mapping[str, Figures]] = {}
    for name, (package, read) in SYSTEMS.items():
        if not _version(package):
            print(f"{name} is not installed and left out; {_INSTALL}", flush=True)
            continue
        figures[name] = _measured(labels, pages, present, read)
        whole = figures[name]["all"]
        print(
            f"{name:30}F1 {whole.f1:.3f}  P {whole.precision:.3f}  R {whole.recall:.3f}  comments found on "
            f"{whole.found_any:.0%}, leaked on {whole.leaked:.1%}  {whole.pages_a_second:.1f} pages/s",
            flush=True,
        )
    command = shlex.join(["python", "-m", "benchmarks.pages", str(options.folder)])
    versions = {"Python": platform.python_version()}
    versions |= {package: version for package in _PACKAGES if (version := _version(package))}
    write(options.out, command, versions, figures, commented, len(present))
    return 0


def _labels(record: Mapping[str, object]) -> Labels:
    def segments(key: str) -> list[str]:
        found = record.get(key)
        return [_plain(str(segment)) for segment in found] if isinstance(found, list) else []

    return Labels(str(record["file"]), segments("with"), segments("without"), segments("comments"))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _holds_comments(page: Labels, data: bytes) -> bool:
    """Whether a labelled comment stands in the file at all; many pages load theirs by a script."""
    from qa.sources.webpage.parse import parse

    root = parse(data, page.file)
    text = "" if root is None else _plain(root.text_content())
    return any(segment in text for segment in page.comments)


def _measured(
    labels: Sequence[Labels], pages: Mapping[str, bytes], present: Set[str], read: Read
) -> Mapping[str, Figures]:
    """The figures on all pages, and on either half."""
    if labels:
        _read(read, pages[labels[0].file], labels[0].file)  # what is loaded once is not timed
    began = time.perf_counter()
    both = [(page, _read(read, pages[page.file], page.file)) for page in labels]
    rate = len(labels) / (time.perf_counter() - began)
    return {
        part: _figures([(page, reading) for page, reading in both if page.half in halves], present, rate)
        for part, halves in PARTS.items()
    }


def _read(read: Read, data: bytes, name: str) -> Reading:
    try:
        found = read(data, name)
    except Exception as error:  # a peer that cannot read a page has read nothing of it
        print(f"  {name}: {type(error).__name__}", flush=True)
        return Reading("")
    return Reading(_plain(found.article), [_plain(comment) for comment in found.comments])


def _figures(read: Sequence[tuple[Labels, Reading]], present: Set[str], rate: float) -> Figures:
    wanted = [segment in reading.article for page, reading in read for segment in page.wanted]
    unwanted = [segment in reading.article for page, reading in read for segment in page.unwanted]
    precision = sum(wanted) / max(sum(wanted) + sum(unwanted), 1)
    recall = sum(wanted) / max(len(wanted), 1)
    commented = [(page, reading) for page, reading in read if page.comments]
    found = [
        [any(segment in comment for comment in reading.comments) for segment in page.comments]
        for page, reading in commented
    ]
    leaked = [any(segment in reading.article for segment in page.comments) for page, reading in commented]
    number = max(len(commented), 1)
    return Figures(
        len(read),
        precision,
        recall,
        2 * precision * recall / max(precision + recall, 1e-9),
        len(commented),
        sum(map(any, found)) / number,
        sum(map(any, found)) / max(sum(page.file in present for page, _ in commented), 1),
        sum(map(all, found)) / number,
        sum(map(sum, found)) / max(sum(map(len, found)), 1),
        sum(leaked) / number,
        rate,
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
