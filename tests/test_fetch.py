"""`qa fetch` against a server on this machine: pages, sites, robots.txt, limits, and no private addresses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

import qa
from qa.cli.fetch import Downloader, fetch_pages
from qa.cli.main import main

PAGE = (
    "<!doctype html><html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>{1}</p></article></body></html>"
)
TEXT = "Lenses are ground in Solms, a small town in Hesse, by people who have learned it. " * 5


class Site(BaseHTTPRequestHandler):
    """A small site that notes what it is asked for."""

    asked: ClassVar[list[str]] = []
    answers: ClassVar[dict[str, tuple[int, str, str]]] = {}

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, kind, body = self.answers.get(self.path, (404, "text/html", "nothing"))
        data = body.replace("HERE", f"http://{self.headers['Host']}").encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked.clear()
    Site.answers.clear()
    Site.answers.update({
        "/robots.txt": (200, "text/plain", "User-agent: *\nDisallow: /private/\nSitemap: HERE/sitemap.xml"),
        "/sitemap.xml": (200, "application/xml", '<?xml version="1.0"?><urlset xmlns="x">'
                         "<url><loc>HERE/lenses.html</loc></url><url><loc>HERE/glass.html</loc></url></urlset>"),
        "/feed.xml": (200, "application/rss+xml", "<rss><channel><link>HERE/</link>"
                      "<item><link>HERE/lenses.html</link></item><item><link>HERE/glass.html</link></item><item><link>https://other.example/x</link></item>"),
        "/lenses.html": (200, "text/html; charset=utf-8", PAGE.format("Lenses", TEXT)),
        "/glass.html": (200, "text/html; charset=utf-8", PAGE.format("Glass", TEXT)),
        "/private/x.html": (200, "text/html", PAGE.format("Private", TEXT)),
        "/picture": (200, "image/png", "x" * 99),
    })  # fmt: skip
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def polite() -> Downloader:
    return Downloader(pause=0.0, public_only=False)


def test_a_page_is_saved_with_its_address(site: str, tmp_path: Path) -> None:
    (page,) = fetch_pages([f"{site}/lenses.html"], tmp_path, downloader=polite())
    assert page.file is not None and page.new and page.problem is None
    (thread,) = qa.read(page.file)
    assert (thread.title, thread.url) == ("Lenses", f"{site}/lenses.html")
    assert Site.asked == ["/robots.txt", "/lenses.html"]


def test_a_page_that_is_there_is_not_fetched_again(site: str, tmp_path: Path) -> None:
    for new in (True, False):
        (page,) = fetch_pages([f"{site}/lenses.html"], tmp_path, downloader=polite())
        assert page.new is new
    assert Site.asked == ["/robots.txt", "/lenses.html"]


def test_what_cannot_be_saved_is_said(site: str, tmp_path: Path) -> None:
    paths = ("private/x.html", "picture", "none")
    pages = list(fetch_pages([f"{site}/{path}" for path in paths], tmp_path, downloader=polite()))
    assert [page.problem for page in pages] == [
        "its site does not allow programs to read it (robots.txt)",
        "it is 'image/png', which is not read",
        "its site answers 404",
    ]
    assert "/private/x.html" not in Site.asked
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["/", "", "/sitemap.xml", "/feed.xml"])
def test_a_site_is_read_by_its_sitemap_or_feed(site: str, tmp_path: Path, start: str) -> None:
    pages = list(fetch_pages([f"{site}{start}"], tmp_path, downloader=polite()))
    assert sorted(page.url.rpartition("/")[2] for page in pages if page.new) == ["glass.html", "lenses.html"]


def test_a_site_without_a_sitemap_is_read_by_the_feed_that_its_first_page_names(site: str, tmp_path: Path) -> None:
    Site.answers["/robots.txt"] = (404, "text/plain", "")
    Site.answers["/sitemap.xml"] = (404, "text/plain", "")
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    Site.answers["/"] = (200, "text/html", f"<html><head>{link}</head><body>Home</body></html>")
    pages = list(fetch_pages([site], tmp_path, downloader=polite(), limit=1))
    assert [page.url for page in pages] == [f"{site}/lenses.html"]


def test_a_site_that_refuses_all_programs_or_does_not_answer_is_left_alone(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urllib3.util.Retry.sleep", lambda *_: None)  # 30 s between the tries
    for status in (403, 503):
        Site.answers["/robots.txt"] = (status, "text/plain", "no")
        (page,) = fetch_pages([f"{site}/lenses.html"], tmp_path, downloader=polite())
        assert page.problem == "its site does not allow programs to read it (robots.txt)"


def test_a_site_gets_one_request_a_pause(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("qa.cli.fetch.time.sleep", waits.append)
    Site.answers["/robots.txt"] = (200, "text/plain", "User-agent: *\nCrawl-delay: 20")
    urls = [f"{site}/lenses.html", f"{site}/glass.html"]
    list(fetch_pages(urls, tmp_path, downloader=Downloader(pause=5.0, public_only=False)))
    assert [round(wait / 5) * 5 for wait in waits] == [0, 5, 20]


def test_private_addresses_are_refused(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trafilatura.downloads.PROXY_URL", None)
    assert main(["fetch", f"{site}/lenses.html", "-o", str(tmp_path)]) == 2
    assert Site.asked == []
    assert "no page was saved" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/a", "lenses.html", "https://"])
def test_only_addresses_of_the_web_are_fetched(url: str, tmp_path: Path) -> None:
    with pytest.raises(qa.SettingError, match="is not a web address"):
        list(fetch_pages([url], tmp_path))


def test_a_folder_that_cannot_be_written_is_reported(site: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(qa.SettingError, match="cannot write into"):
        list(fetch_pages([f"{site}/lenses.html"], tmp_path / "file", downloader=polite()))
