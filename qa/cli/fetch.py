"""`qa fetch`: saves web pages in a folder, for a later `qa build`. Only this command fetches anything.

Pages are downloaded by trafilatura's downloader, which refuses addresses that are not public, large files and many
redirects. Each site's robots.txt is kept, and a site gets one request a second.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from configparser import ConfigParser
from copy import deepcopy
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from qa.cli.output import print_error, print_line
from qa.cli.shared import SharedOptions
from qa.errors import SettingError, SourceError
from qa.text.counted import counted

_AGENT = "verbatim-qa"
_PAUSE = 1.0  # seconds between two requests to a site
_LONGEST_PAUSE = 60.0  # that robots.txt can ask for
_LIMIT = 100  # pages, unless another number is given
_MOST_SITEMAPS = 50
_LONGEST_NAME = 100  # characters of a file's name
_SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "application/pdf": ".pdf", "application/json": ".json", "application/epub+zip": ".epub", "text/csv": ".csv",
    "application/rss+xml": ".xml", "application/atom+xml": ".xml", "application/xml": ".xml", "text/xml": ".xml",
}  # fmt: skip
_LARGEST = 20_000_000  # bytes of a sitemap; the downloader's own limit for a file
_HEAD = 2_000  # bytes in which a sitemap or a feed says what it is
# Found by patterns, not parsed: what comes from the network is parsed in the sandbox alone.
_LIST = re.compile(r"\.(?:xml|rss|atom)(?:\.gz)?$|/(?:feed|rss)/?$")
_PLACE = re.compile(rb"<loc>\s*(?:<!\[CDATA\[)?\s*(https?://[^\s<\]]{1,2000})")
_ENTRY_LINK = re.compile(
    rb"<link>\s*(?:<!\[CDATA\[)?\s*(https?://[^\s<\]]{1,2000})"
    rb"|<link\b(?![^>]{0,500}\brel=[\"'](?!alternate))[^>]{0,500}?\bhref=[\"'](https?://[^\"'\s]{1,2000})"
)
_FEED_LINK = re.compile(rb"<link\b[^>]{0,500}\btype=[\"']application/(?:rss|atom)\+xml[^>]{0,500}>", re.IGNORECASE)
_HREF = re.compile(rb"\bhref=[\"']([^\"'\s]{1,2000})", re.IGNORECASE)
_FEED = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What happened to one page: the file that holds it, or why there is none; `new` if it was downloaded now."""

    url: str
    file: Path | None = None
    new: bool = False
    problem: str | None = None


@dataclass(slots=True)
class Downloader:
    """Downloads pages politely.

    Attributes:
        pause: Seconds between two requests to a site; robots.txt can ask for more.
        public_only: Whether addresses of this machine and of private networks are refused.
    """

    pause: float = _PAUSE
    public_only: bool = True
    _rules: dict[str, RobotFileParser | None] = field(default_factory=dict)
    _next: dict[str, float] = field(default_factory=dict)  # when each site may be asked again

    @property
    def settings(self) -> ConfigParser:
        """The settings of trafilatura's downloader."""
        from trafilatura.settings import DEFAULT_CONFIG

        settings: ConfigParser = deepcopy(DEFAULT_CONFIG)
        settings["DEFAULT"]["USER_AGENTS"] = _AGENT
        settings["DEFAULT"]["SSRF_PROTECTION"] = "on" if self.public_only else "off"
        settings["DEFAULT"]["INSECURE_SSL_FALLBACK"] = "off"
        return settings

    def get(self, url: str) -> Any:
        """The response, a `trafilatura.utils.Response`. Raises SourceError if there is none or it is not allowed."""
        rules = self._rules_of(url)
        if rules is None or not rules.can_fetch(_AGENT, url):
            raise SourceError("its site does not allow programs to read it (robots.txt)")
        delay = rules.crawl_delay(_AGENT)
        response = self._request(url, max(self.pause, min(float(delay or 0), _LONGEST_PAUSE)))
        if response is None:
            raise SourceError("it cannot be downloaded: no answer, too large, or not a public address")
        if response.status != 200:
            raise SourceError(f"its site answers {response.status}")
        if _site(response.url) != _site(url):  # another site's rules hold where it redirects to
            rules = self._rules_of(response.url)
            if rules is None or not rules.can_fetch(_AGENT, response.url):
                raise SourceError(f"it leads to {response.url}, which robots.txt does not allow to read")
        return response

    def sitemaps(self, url: str) -> list[str]:
        """The sitemaps that a site's robots.txt names."""
        rules = self._rules_of(url)
        return list((rules and rules.site_maps()) or ())

    def _rules_of(self, url: str) -> RobotFileParser | None:
        """The rules of a site; None if it does not answer, so that nothing is allowed (RFC 9309)."""
        site = _site(url)
        if site not in self._rules:
            response = self._request(f"{site}/robots.txt", self.pause)
            rules: RobotFileParser | None = RobotFileParser()
            assert rules is not None
            if response is None or response.status >= 500:
                rules = None
            elif response.status in (401, 403):
                rules.parse(["User-agent: *", "Disallow: /"])
            else:
                text = response.data.decode("utf-8", "replace") if response.status == 200 else ""
                rules.parse(text.splitlines())
            self._rules[site] = rules
        return self._rules[site]

    def _request(self, url: str, pause: float) -> Any:
        from trafilatura.downloads import fetch_response

        site = _site(url)
        time.sleep(max(0.0, self._next.get(site, 0.0) - time.monotonic()))
        try:
            return fetch_response(url, config=self.settings)
        finally:
            self._next[site] = time.monotonic() + pause


def fetch_pages(
    urls: Iterable[str], folder: Path, *, limit: int = _LIMIT, downloader: Downloader | None = None
) -> Iterator[Fetched]:
    """Save pages in a folder; those that are there already are not downloaded again.

    Args:
        urls: The addresses of pages, of sites (which are read by their sitemap or feed), of sitemaps and feeds.
        folder: The folder, which is created if it is missing.
        limit: The most pages.
        downloader: Another downloader than the default one.

    Yields:
        What happened to each page.

    Raises:
        SettingError: An address is not one of the web, or the folder cannot be written.
    """
    urls = list(urls)
    for url in urls:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise SettingError(f"{url!r} is not a web address; give one that begins with https://")
    downloader = downloader or Downloader()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        seen: set[str] = set()
        for url in urls:
            for page in _find_pages(url, downloader):
                if len(seen) >= limit:
                    return
                if page not in seen:
                    seen.add(page)
                    yield _save(page, folder, downloader)
    except OSError as error:
        raise SettingError(f"cannot write into {str(folder)!r}: {error.strerror or error}") from error


def _find_pages(url: str, downloader: Downloader) -> Sequence[str]:
    """The pages that an address stands for: those of a site, of a sitemap or of a feed, or itself."""
    try:
        if urlsplit(url).path in ("", "/"):
            sitemaps = downloader.sitemaps(url) or [f"{_site(url)}/sitemap.xml"]
            found = _read_sitemaps(sitemaps, downloader) or _read_feed_of(url, downloader)
        elif _LIST.search(urlsplit(url).path):
            found = _read_sitemaps([url], downloader)
        else:
            return [url]
    except SourceError:  # the page itself is tried, and says why it cannot be read
        return [url]
    parts = [(page, urlsplit(page)) for page in dict.fromkeys(found)]
    host = urlsplit(url).hostname
    return [page for page, part in parts if part.hostname == host and part.path not in ("", "/")] or [url]


def _read_sitemaps(urls: Sequence[str], downloader: Downloader) -> list[str]:
    """The pages that sitemaps and feeds name, and the sitemaps that these name."""
    waiting, seen, pages = list(urls), set[str](), list[str]()
    while waiting and len(seen) < _MOST_SITEMAPS:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        try:
            data = _unpacked(downloader.get(url).data)
        except SourceError:
            continue
        places = [unescape(place.decode("utf-8", "replace")) for place in _PLACE.findall(data)]
        if b"<sitemapindex" in data[:_HEAD]:
            waiting += places
        elif b"<urlset" in data[:_HEAD]:
            pages += places
        else:
            links = (first or second for first, second in _ENTRY_LINK.findall(data))
            pages += [unescape(link.decode("utf-8", "replace")) for link in links]
    return pages


def _read_feed_of(url: str, downloader: Downloader) -> list[str]:
    """The pages in the feed that a site's first page names."""
    for tag in _FEED_LINK.findall(downloader.get(url).data):
        if match := _HREF.search(tag):
            return _read_sitemaps([urljoin(url, unescape(match[1].decode("utf-8", "replace")))], downloader)
    return []


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return stream.read(_LARGEST)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"a sitemap is a damaged gzip file: {error}") from error


def _save(url: str, folder: Path, downloader: Downloader) -> Fetched:
    name = _file_name(url)
    if there := [file for file in folder.glob(f"{name}.*") if file.suffix in _SUFFIXES.values()]:
        return Fetched(url, there[0])
    try:
        response = downloader.get(url)
        kind = (response.headers or {}).get("content-type", "text/html").partition(";")[0].strip().lower()
        if kind not in _SUFFIXES:
            raise SourceError(f"it is {kind!r}, which is not read")
    except SourceError as error:
        return Fetched(url, problem=str(error))
    data = response.data
    if _SUFFIXES[kind] == ".html" and not _FEED.match(data[:_HEAD]):  # as browsers note where they saved a page from
        data = f"<!-- saved from url=({len(response.url):04}){response.url} -->\n".encode() + data
    file = folder / f"{name}{_SUFFIXES[kind]}"
    part = file.with_name(f".{file.name}.part")  # so that a page that is cut off is fetched again
    part.write_bytes(data)
    part.replace(file)
    return Fetched(url, file, new=True)


def _file_name(url: str) -> str:
    """A name that can be read and is no other page's, without a suffix.

    >>> _file_name("https://blog.example/2024/lenses.html?page=2")
    'blog.example-2024-lenses.html-page-2-8fcb532e'
    """
    parts = urlsplit(url)
    words = re.sub(r"[^\w.]+", "-", f"{parts.hostname}{parts.path}-{parts.query}", flags=re.ASCII).strip("-.")
    return f"{words[:_LONGEST_NAME]}-{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def add_commands(commands: Any, _shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser("fetch", help="save web pages in a folder, to build a library from them later")
    command.add_argument("urls", nargs="+", metavar="URL", help="a page, a site, a sitemap or a feed")
    command.add_argument("-o", "--output", metavar="FOLDER", type=Path, required=True, help="where to save the pages")
    command.add_argument(
        "--limit", type=int, default=_LIMIT, metavar="N", help=f"the most pages to save (default: {_LIMIT})"
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    saved = there = 0
    for page in fetch_pages(options.urls, options.output, limit=options.limit):
        saved += page.new
        there += page.file is not None and not page.new
        if page.problem:
            print_error(f"{page.url}: {page.problem}")
        elif page.new:
            print_line(f"{page.url}: {page.file}")
    print_line(f"{options.output}: {counted(saved, 'page')} saved, {there} were there already")
    if not saved and not there:
        raise SourceError("no page was saved; see above for the reasons")
    return 0
