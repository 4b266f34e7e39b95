"""A server with several visitors, in the browser: it is busy, or asks for a login."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, expect

import qa
from qa.web.users import Users, write_user
from qa.web.waiting import Busy, Waiting

from .conftest import OpenPage
from .pages import ask, served
from .test_texts import LEICA, panel


def test_a_question_beyond_the_queue_is_asked_again_by_itself(
    leica: qa.Library, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [Busy, Busy]

    async def sometimes_busy(waiting: Waiting, work: Any) -> Any:
        if busy:
            raise busy.pop()
        return work()

    monkeypatch.setattr(Waiting, "run", sometimes_busy)
    with served(leica) as address:
        page = open_page(address)
        page.get_by_label("Your question").fill(LEICA)
        page.get_by_label("Your question").press("Enter")
        expect(page.locator(".turn")).to_contain_text("The server is busy. Trying again in 5 seconds")
        expect(page.locator(".turn .question")).to_have_text(LEICA)
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".turn .card").first).to_contain_text("£799")


def test_a_page_behind_a_login_answers_who_has_logged_in(
    leica: qa.Library, chromium: BrowserContext, tmp_path: Path
) -> None:
    write_user(tmp_path / "users", "ann", "correct horse battery")
    with served(leica, users=Users.read(tmp_path / "users"), allow_changes=True) as address:
        assert chromium.browser is not None
        stranger = chromium.browser.new_context()
        with pytest.raises(Error, match="ERR_INVALID_AUTH_CREDENTIALS"):  # a person would be asked for them
            stranger.new_page().goto(address)
        stranger.close()
        known = chromium.browser.new_context(http_credentials={"username": "ann", "password": "correct horse battery"})
        page = known.new_page()
        page.goto(address)
        expect(ask(page, LEICA).locator(".card").first).to_contain_text("£799")
        expect(panel(page).get_by_role("button", name="Add", exact=True)).to_be_visible()
        known.close()
