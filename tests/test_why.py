"""Why a passage stands where it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.cli.main import main
from qa.text.spelling import one_edit_apart

QUESTION = "How long is each lens element ground and polished?"


def test_the_ranks_are_the_engines_own(leica: qa.Library) -> None:
    from qa.search.query import EncodedQuery

    opened = leica._opened
    asked = EncodedQuery.of(QUESTION, opened.encoder)
    dense = opened.generation.dense.search(asked, 100).ids.tolist()
    lexical = opened.generation.lexical.search(asked, 100).ids.tolist()
    fused = opened.generation.search(asked, 7).ids.tolist()
    quotes = leica.search(QUESTION, k=7)
    assert quotes == leica.search(QUESTION, k=7)
    for number, quote in zip(fused, quotes, strict=True):
        assert quote.why is not None
        assert quote.why.fused_rank == fused.index(number) + 1
        assert quote.why.dense_rank == dense.index(number) + 1
        assert quote.why.lexical_rank == (lexical.index(number) + 1 if number in lexical else None)
    assert len({why.dense_rank for quote in quotes if (why := quote.why)}) == 7


def test_the_terms_are_the_question_s_words_that_it_says(leica: qa.Library) -> None:
    best = next(quote.why for quote in leica.ask(QUESTION, k=7).quotes if "40 minutes" in quote.text)
    assert best is not None and best.terms == ("each", "lens", "element", "ground", "polished")
    slip = leica.ask("What of the Sumicron?").quotes[0]
    assert "Summicron" in slip.text and slip.why is not None and slip.why.terms == ("Sumicron",)


def test_filters_alone_have_no_why_and_ranks_count_what_they_leave(leica: qa.Library) -> None:
    assert {quote.why for quote in leica.search("in:comments")} == {None}
    first = leica.search(f"{QUESTION} in:article")[0].why
    assert first is not None and first.fused_rank == 1 and first.dense_rank is not None and first.dense_rank <= 3


def test_the_command_line_tells_it_when_asked(leica: qa.Library, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ask", QUESTION, "--library", str(leica.path), "-k", "1"]
    assert main(command) == 0
    assert "why:" not in capsys.readouterr().out
    assert main([*command, "--why"]) == 0
    assert (
        "    why: by meaning 1, by words 1, by both 1 · says each, lens, element, ground, polished\n"
        in capsys.readouterr().out
    )
    assert main([*command, "--why", "--json"]) == 0
    (quote,) = json.loads(capsys.readouterr().out)["quotes"]
    assert list(quote)[-2:] == ["score", "why"]
    assert list(quote["why"]) == ["dense_rank", "lexical_rank", "fused_rank", "terms"]


_WORD = st.text("abc", min_size=1, max_size=6)


@given(_WORD, _WORD)
def test_one_slip_is_one_letter(one: str, other: str) -> None:
    letters = set("abc")
    near = {one}
    for at in range(len(one) + 1):
        near |= {one[:at] + one[at + 1 :], one[:at] + one[at : at + 2][::-1] + one[at + 2 :]}
        near |= {one[:at] + letter + rest for letter in letters for rest in (one[at:], one[at + 1 :])}
    assert one_edit_apart(one, other) == (other in near)
