"""A real Chromium on the real page, over real libraries in temporary folders, on free ports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urljoin

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from web_requests import uploads_below

import qa

from .pages import served

CHROMIUM = "/usr/bin/chromium"
# The list under the address bar is two pages in each window, which take as long to load as the page that is tested.
# The rest is what Playwright turns off: Chromium heeds only the last such list.
FEATURES_OFF = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
]
PATIENCE = 20_000  # milliseconds that a page may take for one step, on a machine with other work

Scheme = Literal["light", "dark"]

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ignore deprecation warnings from Gradio, whose server runs in this process, and from pandas."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning"))


@pytest.fixture(scope="session", autouse=True)
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder where Gradio puts uploads, so that none are left in the system's temporary folder."""
    with uploads_below(tmp_path_factory.mktemp("uploads")) as folder:
        yield folder


@pytest.fixture(scope="session")
def leica_page(leica: qa.Library) -> Iterator[str]:
    """The address of the page over the shipped corpus."""
    with served(leica) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserContext]:
    """Debian's Chromium, started once; its pages share what Gradio lets them keep of its scripts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_context(reduced_motion="reduce")
        browser.close()


class OpenPage(Protocol):
    """What the fixture `open_page` gives."""

    def __call__(self, url: str, *, width: int = 1280, height: int = 900, scheme: Scheme = "light") -> Page: ...


@pytest.fixture
def open_page(chromium: BrowserContext) -> Iterator[OpenPage]:
    """Open the page as a new reader would; at the end, nothing may have gone outside or broken in the browser."""
    pages, requests, problems = [], [], []

    def opened(url: str, *, width: int = 1280, height: int = 900, scheme: Scheme = "light") -> Page:
        page = chromium.new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.on("request", lambda request: requests.append((urljoin(url, "/"), request.url)))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"a dialog: {dialog.message}"))
        page.goto(url)
        page.locator("#texts table").wait_for(state="attached")  # until all of Gradio has been loaded
        return page

    yield opened
    for page in pages:
        page.close()
    assert requests
    assert [url for own, url in requests if not url.startswith((own, "data:", "blob:"))] == []
    assert problems == []
