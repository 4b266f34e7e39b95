"""Take the pictures of the web chat that the README and the documentation show: `make picture`.

Needs what the tests need: playwright and Debian's Chromium. Look at the pictures before you commit them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import qa
from qa.web import launch

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "images"
QUESTION = "Where are Leica lenses made?"
OTHER = "What does the Leica Passport protect against?"
FOLLOW_UP = "and for how long?"
UNANSWERED = "What is the capital of France?"
COLOURS = 128  # keeps each file below 150 KB


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        launch(qa.build([ROOT / "corpus"], Path(folder) / "library"), port=0) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        with _page(browser, server.url, "page", 1440) as page:
            _ask(page, QUESTION)
            page.get_by_role("button", name="Read in the thread").first.click()
            page.locator("#source #passage").wait_for()
            page.locator(".turn").evaluate("turn => turn.scrollIntoView()")
        with _page(browser, server.url, "library", 1440, scheme="dark") as page:
            _ask(page, OTHER)
            page.get_by_role("button", name="Library").click()
            page.locator("#texts table").wait_for()
        with _page(browser, server.url, "dark", 1024, scheme="dark") as page:
            _ask(page, OTHER)
        with _page(browser, server.url, "follow-up", 1024) as page:
            _ask(page, OTHER)
            _ask(page, FOLLOW_UP)
        with _page(browser, server.url, "phone", 390) as page:
            _ask(page, QUESTION)
        with _page(browser, server.url, "not-found", 390, scheme="dark") as page:
            _ask(page, UNANSWERED)
        browser.close()


@contextmanager
def _page(
    browser: Browser, url: str, name: str, width: int, *, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Page]:
    """A page of its own, of which a picture is taken at the end."""
    size = {"width": width, "height": 844 if width < 500 else 800}
    page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(url)
    page.locator("#texts table").wait_for(state="attached")
    yield page
    page.wait_for_timeout(500)  # until it has scrolled
    picture = PICTURES / f"{name}.png"
    page.screenshot(path=picture)
    Image.open(picture).convert("RGB").quantize(COLOURS).save(picture, optimize=True)
    page.close()


def _ask(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator(".turn").last.locator(".answer, .not-found").wait_for()


if __name__ == "__main__":
    main()
