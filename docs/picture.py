"""Take the picture of the web chat that the README shows: `make picture`.

Needs what the tests need: playwright and Debian's Chromium. Look at the picture before you commit it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import qa
from qa.web import launch

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "page.png"
QUESTION = "Where are Leica lenses made?"
COLOURS = 128  # keeps the file below 150 KB


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        launch(qa.build([ROOT / "corpus"], Path(folder) / "library"), port=0) as server,
    ):
        _photograph(server.url)
    Image.open(PICTURE).convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True)


def _photograph(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light", reduced_motion="reduce")
        page.goto(url)
        page.locator("#library-line p").wait_for()
        question = page.get_by_label("Your question")
        question.fill(QUESTION)
        question.press("Enter")
        page.locator(".turn .answer").wait_for()
        page.wait_for_timeout(1_000)  # until it has scrolled to the answer
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
