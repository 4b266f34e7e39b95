"""What a test does with the page: serve it, and ask it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page

import qa
from qa.web import launch

_CUT_WORDS = """element => {
  const cut = [], texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const { 0: word, index } of texts.currentNode.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map((rect) => rect.top)).size > 1) cut.push(word);
    }
  }
  return cut;
}"""
REPLY = ".answer, .not-found, .reply > .error, .passages"


@contextmanager
def served(library: qa.Library | Sequence[qa.Library], **settings: Any) -> Iterator[str]:
    """The address of the page over this library, on a free port, while the block runs."""
    with launch(library, **{"port": 0, **settings}) as server:
        yield server.url


def ask(page: Page, question: str) -> Locator:
    """Ask, wait for the reply, and return the newest turn."""
    turns = page.locator(".turn").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".turn").nth(turns)
    turn.locator(REPLY).first.wait_for()
    return turn


def read_card(card: Locator) -> None:
    """Open the thread of a card, which may be folded."""
    button = card.get_by_role("button", name="Read in the thread")
    if not button.is_visible():
        card.locator("summary").first.click()
    button.click()


def cut_words(element: Locator) -> list[str]:
    """The words of an element that stand on more than one line."""
    return list(element.evaluate(_CUT_WORDS))
