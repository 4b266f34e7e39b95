"""Lists, tables and line breaks in an article: each of their words once, in its place, with its mark."""

from __future__ import annotations

import pytest
from saved_pages import page, read_thread

BEFORE = "The house has stood by the river for more than two hundred years, as everyone in the town will tell you."
AFTER = "The mill beside it is older still, and nobody remembers when its wheel was last seen to turn in the water."


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        pytest.param(
            "<ul><li>A pair of stout gloves</li><li>A spade</li><li>Tea</li><li>Ten pounds for the key</li></ul>",
            ["• A pair of stout gloves", "• A spade", "• Tea", "• Ten pounds for the key"],
            id="bullets",
        ),
        pytest.param(
            "<ol><li>Write to the secretary.</li><li>Wait.</li><li>Pay the yearly fee of 30 pounds.</li></ol>",
            ["1. Write to the secretary.", "2. Wait.", "3. Pay the yearly fee of 30 pounds."],
            id="numbers",
        ),
        pytest.param(
            "<ul><li>Food that you bring along<ul><li>Bread</li><li>Cheese, one pound of it</li></ul><li>Tea</ul>",
            ["• Food that you bring along", "", "• Bread", "• Cheese, one pound of it", "", "• Tea"],
            id="a list in a list",
        ),
        pytest.param(
            "<ul><li>• Bread</li><li>1) Cheese</li><li>● Nuts</li><li>Tea</li></ul>",
            ["• Bread", "1) Cheese", "● Nuts", "• Tea"],
            id="marks that were typed",
        ),
        pytest.param(
            "<ol><li><pre>line one\nline two</pre></li><li><pre>line three\nline four</pre></li></ol>",
            ["1. line one", "line two", "", "2. line three", "line four"],
            id="code in a list",
        ),
        pytest.param(
            "<table><tr><th>Boat</th><th>Fee</th></tr><tr><td>Yacht</td><td>40 euros for a whole day</td></tr></table>",
            ["Boat | Fee", "Yacht | 40 euros for a whole day"],
            id="a table",
        ),
        pytest.param(
            "<table><tr><td>Monday</td><td><ul><li>Bread</li><li>Water</li></ul></td></tr>"
            "<tr><td>Tuesday</td><td>Nothing at all but your good mood</td></tr></table>",
            ["Monday | • Bread • Water", "Tuesday | Nothing at all but your good mood"],
            id="a list in a cell",
        ),
        pytest.param(
            "<p>Boat House, 5 Pier Street<br>89073 Ulm, Germany</p>",
            ["Boat House, 5 Pier Street", "89073 Ulm, Germany"],
            id="lines",
        ),
        pytest.param(
            "<div>Some text in a div and no paragraph.</div><p>It was fun.</p>",
            ["Some text in a div and no paragraph.", "", "It was fun."],
            id="a short paragraph after another element",
        ),
        pytest.param("<p>Yes.</p><p>Yes.</p><p>No.</p>", ["Yes.", "", "Yes.", "", "No."], id="the same words twice"),
    ],
)
def test_an_article_says_everything_once(markup: str, lines: list[str]) -> None:
    article = f"<h1>The house</h1><p>{BEFORE}</p>{markup}<p>{AFTER}</p>"
    text = read_thread(page("", article=article)).posts[0].text
    assert text[text.index(BEFORE) :] == "\n".join([BEFORE, "", *lines, "", AFTER])
