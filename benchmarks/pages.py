"""Main text and comments of saved web pages, compared with trafilatura and readability on the same pages.

The folder holds pages/ and labels.jsonl: for each page segments that belong to the main text, segments that do not, and
segments of readers' comments. A segment counts as found if it occurs, white space aside, in the article (or in one
comment).
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
from benchmarks.page_table import PARTS, PageScores, write
from qa.errors import SourceError
from qa.sources.webpage.read import read as read_page

_INSTALL = "pip install -e '.[peers]'"
_PACKAGES = ("verbatim-qa", "trafilatura", "readability-lxml", "lxml")


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """What a system extracts from a page: the main text, and each comment; a peer returns all comments as one."""

    article: str
    comments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PageLabels:
    """The labelled segments of a page, with single blanks for white space."""

    file: str
    wanted: Sequence[str]
    unwanted: Sequence[str]
    comments: Sequence[str]

    @property
    def half(self) -> int:
        """0 for the pages that rules were developed on, 1 for those that they were only measured on."""
        return hashlib.sha256(self.file.encode()).digest()[0] % 2


Extractor = Callable[[bytes, str], ExtractedPage]


def extract_with_verbatim(data: bytes, name: str) -> ExtractedPage:
    """Read a page as a source, with each comment as a separate post."""
    try:
        posts = [post for thread in read_page(data, name) for post in thread.posts]
    except SourceError:
        return ExtractedPage("")
    return ExtractedPage(
        "\n".join(post.text for post in posts if post.kind == "article"),
        [post.text for post in posts if post.kind == "comment"],
    )


def extract_with_trafilatura(data: bytes, *, comments: bool) -> ExtractedPage:
    """Run trafilatura as documented; it returns all comments of a page as one text."""
    import trafilatura

    document = trafilatura.bare_extraction(data, include_comments=comments)
    if document is None or isinstance(document, dict):
        return ExtractedPage("")
    return ExtractedPage(document.text or "", [document.comments] if document.comments else [])


def extract_with_readability(data: bytes) -> ExtractedPage:
    """Take the text of readability-lxml's summary."""
    from lxml import html
    from readability import Document
    from trafilatura.utils import decode_file

    return ExtractedPage(html.fromstring(Document(decode_file(data)).summary()).text_content())


SYSTEMS: Mapping[str, tuple[str, Extractor]] = {
    OURS: ("verbatim-qa", extract_with_verbatim),
    "trafilatura with comments": ("trafilatura", lambda data, _: extract_with_trafilatura(data, comments=True)),
    "trafilatura without comments": ("trafilatura", lambda data, _: extract_with_trafilatura(data, comments=False)),
    "readability-lxml": ("readability-lxml", lambda data, _: extract_with_readability(data)),
}
"""For each system the package that it is in, and how it reads a page."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every system on every page, print its scores, and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with labels.jsonl and pages/")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)  # peers log every page that they find odd

    lines = (options.folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [_parse_labels(json.loads(line)) for line in lines]
    pages = {page.file: (options.folder / "pages" / page.file).read_bytes() for page in labels}
    present = {page.file for page in labels if page.comments and _contains_comments(page, pages[page.file])}
    commented = sum(bool(page.comments) for page in labels)
    print(
        f"{len(labels)} pages; {commented} with labelled comments, {len(present)} of them with some in the saved file"
    )
    scores: dict[str, Mapping[str, PageScores]] = {}
    for name, (package, extractor) in SYSTEMS.items():
        if not _version(package):
            print(f"{name} is not installed and is left out; to install it: {_INSTALL}", flush=True)
            continue
        scores[name] = _measure(labels, pages, present, extractor)
        _print_scores(name, scores[name]["all"])
    command = shlex.join(["python", "-m", "benchmarks.pages", str(options.folder)])
    versions = {"Python": platform.python_version()}
    versions |= {package: version for package in _PACKAGES if (version := _version(package))}
    write(options.out, command, versions, scores, commented, len(present))
    return 0


def _parse_labels(record: Mapping[str, object]) -> PageLabels:
    def segments(key: str) -> list[str]:
        values = record.get(key)
        return [_single_blanks(str(value)) for value in values] if isinstance(values, list) else []

    return PageLabels(str(record["file"]), segments("with"), segments("without"), segments("comments"))


def _single_blanks(text: str) -> str:
    return " ".join(text.split())


def _contains_comments(page: PageLabels, data: bytes) -> bool:
    """Whether the file holds a labelled comment at all; many pages load theirs by a script."""
    from qa.sources.webpage.parse import parse_page

    root = parse_page(data, page.file)
    text = "" if root is None else _single_blanks(root.text_content())
    return any(segment in text for segment in page.comments)


def _measure(
    labels: Sequence[PageLabels], pages: Mapping[str, bytes], present: Set[str], extractor: Extractor
) -> Mapping[str, PageScores]:
    """The scores on all pages, and on either half."""
    if labels:
        _extract(extractor, pages[labels[0].file], labels[0].file)  # what is loaded once is not timed
    began = time.perf_counter()
    extracted = [(page, _extract(extractor, pages[page.file], page.file)) for page in labels]
    rate = len(labels) / (time.perf_counter() - began)
    return {
        part: _score([(page, content) for page, content in extracted if page.half in halves], present, rate)
        for part, halves in PARTS.items()
    }


def _extract(extractor: Extractor, data: bytes, name: str) -> ExtractedPage:
    try:
        page = extractor(data, name)
    except Exception as error:  # a peer that cannot read a page has found nothing in it
        print(f"  {name}: {type(error).__name__}", flush=True)
        return ExtractedPage("")
    return ExtractedPage(_single_blanks(page.article), [_single_blanks(comment) for comment in page.comments])


def _score(pages: Sequence[tuple[PageLabels, ExtractedPage]], present: Set[str], rate: float) -> PageScores:
    wanted = [segment in page.article for labels, page in pages for segment in labels.wanted]
    unwanted = [segment in page.article for labels, page in pages for segment in labels.unwanted]
    precision = sum(wanted) / max(sum(wanted) + sum(unwanted), 1)
    recall = sum(wanted) / max(len(wanted), 1)
    commented = [(labels, page) for labels, page in pages if labels.comments]
    found = [
        [any(segment in comment for comment in page.comments) for segment in labels.comments]
        for labels, page in commented
    ]
    leaked = [any(segment in page.article for segment in labels.comments) for labels, page in commented]
    number = max(len(commented), 1)
    return PageScores(
        len(pages),
        precision,
        recall,
        2 * precision * recall / max(precision + recall, 1e-9),
        len(commented),
        sum(map(any, found)) / number,
        sum(map(any, found)) / max(sum(labels.file in present for labels, _ in commented), 1),
        sum(map(all, found)) / number,
        sum(map(sum, found)) / max(sum(map(len, found)), 1),
        sum(leaked) / number,
        rate,
    )


def _print_scores(name: str, scores: PageScores) -> None:
    print(
        f"{name:30}F1 {scores.f1:.3f}  P {scores.precision:.3f}  R {scores.recall:.3f}  comments found on "
        f"{scores.found_any:.0%}, leaked on {scores.leaked:.1%}  {scores.pages_a_second:.1f} pages/s",
        flush=True,
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
