"""What a page says about its article: title, address, author, day.

What the page declares comes first: its <meta>, its JSON-LD, its heading. trafilatura's `extract_metadata`, which also
searches the text, fills in an author and a day that are not declared. Checked by eye on the 198 pages of `web-pages`:
of 52 authors that it adds 48 are right, of 58 days 42 are, and 5 more are the day of a revision or an event. Where both
have a value and differ, the declared one was usually right (11 of 16 authors), so it stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from qa.sources.patterns.dates import iso_day
from qa.sources.patterns.names import clean_name
from qa.sources.sanitize import address
from qa.sources.webpage.blocks import UNSHOWN_TAGS, has_many_elements, short_text
from qa.sources.webpage.json_ld import JsonLdNode, find_articles

_TITLE_KEYS = ("og:title", "twitter:title", "dc.title")
_AUTHOR_KEYS = ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl")
_DAY_KEYS = ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate", "publishdate",
             "parsely-pub-date", "og:published_time", "sailthru.date", "dcterms.created", "publish-date")  # fmt: skip
_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d{4}\)(\S{1,2000}) -->")  # as Chrome and Edge note it
_HEAD = 4_096  # bytes; the note is the first or the second line
_LONGEST_TITLE, _LONGEST_META = 300, 2_000  # characters
_SEPARATOR = re.compile(r"(\s+[|•·–—»«›‹/:-]+\s+|:\s+)")
_BEFORE_SITE = re.compile(r"\s+[|•·–—-]\s+\S")
_HOME = re.compile(r"(?:https?://[\w.-]+)?/?|(?:\./)?index\.(?:php|html)")
_TITLE_CLASSES = frozenset({"title", "titleline"})
_SITE_HEAD = re.compile(
    r"(?:(?:page|site|forum|top|global|main)[-_]?)?(?:header|head|masthead|branding|logo|headerbar|banner)"
    r"|(?:site|forum|blog|board|brd)[-_]?(?:name|title)"
)
_SHORTEST_PART = 8  # characters of a part that a longer heading may hold; a shorter one can be there by chance
_MOST_LEVELS_UP = 4  # from a heading to the head of the site
_MOST_PARTS, _MOST_HEADINGS = 15, 100  # limits on what a hostile page can make us look at
_MOST_LEVELS = 250  # far deeper than pages that people read; trafilatura's time grows with elements times levels


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page says about its article, each None if it does not say."""

    title: str | None = None
    url: str | None = None
    author: str | None = None
    date: str | None = None


def read_metadata(
    root: HtmlElement, scripts: Sequence[Sequence[JsonLdNode]], heading: str | None = None, *, is_forum: bool = False
) -> PageMetadata:
    """Read what a page says about its article.

    Args:
        root: The page's tree, without its comments.
        scripts: Its JSON-LD.
        heading: What `find_title` found before the comments were cut out.
        is_forum: Whether the page shows a topic of a forum, whose declared title can be the site's.
    """
    declared = _read_declared(root, scripts)
    if heading and (is_forum or not declared.title or _names_site(declared.title, heading)):
        declared = replace(declared, title=heading)
    declared = (
        declared if declared.title else replace(declared, title=_first_text(root, "h1") or _first_text(root, "title"))
    )
    if declared.author and declared.date:
        return declared
    author, date = _search_text(root)
    return replace(declared, author=declared.author or author, date=declared.date or date)


def find_title(root: HtmlElement) -> str | None:
    """The title of a page as one of its headings has it.

    A page's <title> also names the site and the number of the page, and its first heading can be the name of the site.
    So the longest part of the <title> that is in a heading is the title: a part of it ends at a dash or its like.

    Args:
        root: The page's tree.

    Returns:
        The title; None if no part of the <title> is in a heading.
    """
    parts = _SEPARATOR.split(_first_text(root, "title") or "")[:_MOST_PARTS]
    whole = "".join(parts)
    starts = [sum(map(len, parts[:n])) for n in range(0, len(parts), 2)]
    ends = [sum(map(len, parts[: n + 1])) for n in range(0, len(parts), 2)]
    runs = sorted({whole[a:b].strip() for a in starts for b in ends if b > a}, key=len, reverse=True)
    titles = (element for element in root.iter("h1", "h2", "h3", "bdi", "a", "span") if _is_heading(element))
    headings = [
        (heading, text) for heading in islice(titles, _MOST_HEADINGS) if (text := short_text(heading, _LONGEST_TITLE))
    ]
    of_site = [text for heading, text in headings if _is_site_heading(heading)]
    others = [text for heading, text in headings if not _is_site_heading(heading)]
    if title := next((run for run in runs if any(_is_in(run, text) for text in others)), None):
        return title
    home = (
        short_text(link, _LONGEST_TITLE)
        for link in root.iter("a")
        if _HOME.fullmatch((link.get("href") or "")[:_LONGEST_TITLE])
    )
    of_site += filter(None, islice(home, _MOST_HEADINGS))
    # Only the name of the site is in a heading, or leads to its first page: the title is the first other part.
    return (
        next((part for part in map(str.strip, parts[::2]) if part and part not in of_site), None)
        if any(part.strip() in of_site for part in parts[::2])
        else None
    )


def _is_heading(element: HtmlElement) -> bool:
    """Whether an element is a heading, by its tag or as Hacker News and old Reddit name the link of a post."""
    if element.tag == "a" and element.get("class") == "maintitle":  # phpBB 2
        return True
    if element.tag in ("a", "span"):
        return not _TITLE_CLASSES.isdisjoint((element.get("class") or "")[:_LONGEST_META].split())
    return True


def _names_site(title: str, heading: str) -> bool:
    """Whether a declared title is the heading with the name of the site after a dash or a bar."""
    return title.startswith(heading) and bool(_BEFORE_SITE.match(title, len(heading)))


def _is_in(run: str, heading: str) -> bool:
    """Whether a heading is this text, or has it between other words: "Topic: Old pumps (Read 7 times)"."""
    return heading == run or (len(run) >= _SHORTEST_PART and f" {run} " in f" {heading} ")


def _is_site_heading(heading: HtmlElement) -> bool:
    """Whether a heading is in the head of the site, or leads to its first page."""
    around = (heading, *islice(heading.iterancestors(), _MOST_LEVELS_UP))
    names = (
        name.lower() for element in around for name in (*(element.get("class") or "").split(), element.get("id") or "")
    )
    return any(_SITE_HEAD.fullmatch(name) for name in names)


def _read_declared(root: HtmlElement, scripts: Sequence[Sequence[JsonLdNode]]) -> PageMetadata:
    meta = _meta_contents(root)
    articles = find_articles(scripts)
    links = (link.get("href") for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    urls = (url.strip() for url in (*links, meta.get("og:url")) if url)
    authors = [*(article.author for article in articles), *(clean_name(meta.get(key, "")) for key in _AUTHOR_KEYS)]
    days = [*(article.date for article in articles), *(iso_day(meta.get(key)) for key in _DAY_KEYS)]
    titles = (meta.get(key) for key in _TITLE_KEYS)
    return PageMetadata(
        next((title[:_LONGEST_TITLE] for title in titles if title), None),
        next((url for url in urls if url.startswith(("http://", "https://"))), None),
        next(filter(None, authors), None),
        next(filter(None, days), None),
    )


def _meta_contents(root: HtmlElement) -> Mapping[str, str]:
    contents: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if content := " ".join((meta.get("content") or "")[:_LONGEST_META].split()):
            contents.setdefault(name.lower(), content)
    return contents


def _first_text(root: HtmlElement, tag: str) -> str | None:
    element = next(root.iter(tag), None)
    return None if element is None else short_text(element, _LONGEST_TITLE)


def _search_text(root: HtmlElement) -> tuple[str | None, str | None]:
    """The author and the day that trafilatura finds in the page."""
    from trafilatura import extract_metadata

    if has_many_elements(root) or _is_deep(root):
        return None, None
    searched = deepcopy(root)
    for form in list(searched.iter("form")):  # "Name" is the label of a field there
        form.drop_tree()
    try:
        # An `extensive` search finds 21 more dates on `web-pages`, of which eleven are not the article's.
        document = extract_metadata(searched, extensive=False)
    except Exception:  # trafilatura can fail on a broken page; only what it would have found is lost
        return None, None
    return _spelled_in_page(searched, (document.author or "").split(";")[0]), iso_day(document.date)


def _spelled_in_page(root: HtmlElement, author: str) -> str | None:
    """The name as the page spells it, None if it is not in the page: trafilatura changes case and marks."""
    name = clean_name(author)
    if name is None:
        return None
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    for element in root.iter():
        for text in (None if element.tag in UNSHOWN_TAGS else element.text, element.tail):
            if text and (match := pattern.search(" ".join(text.split()))):
                return match[0]
    return None


def _is_deep(root: HtmlElement) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _MOST_LEVELS:
            return True
    return False


def saved_address(data: bytes) -> str | None:
    """The address from which a browser saved the page, or `qa fetch`; None if they did not note it.

    >>> saved_address(b"<!-- saved from url=(0020)https://blog.example -->")
    'https://blog.example'
    """
    match = _SAVED_FROM.search(data, 0, _HEAD)
    return address(match[1].decode("utf-8", "replace")) if match else None
