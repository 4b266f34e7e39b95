"""Why a passage was retrieved: its ranks and the question's words that it contains."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.cli.main import main
from qa.text.spelling import one_edit_apart

QUESTION = "How long is each lens element ground and polished?"


def test_the_ranks_are_those_of_the_indexes(leica: qa.Library) -> None:
    from qa.search.query import EncodedQuery

    opened = leica._opened
    query = EncodedQuery.of(QUESTION, opened.encoder)
    dense = opened.generation.dense.search(query, 100).ids.tolist()
    lexical = opened.generation.lexical.search(query, 100).ids.tolist()
    fused = opened.generation.search(query, 7).ids.tolist()
    quotes = leica.search(QUESTION, k=7)
    assert quotes == leica.search(QUESTION, k=7)
    for number, quote in zip(fused, quotes, strict=True):
        assert quote.why is not None
        assert quote.why.fused_rank == fused.index(number) + 1
        assert quote.why.dense_rank == dense.index(number) + 1
        assert quote.why.lexical_rank == (lexical.index(number) + 1 if number in lexical else None)
    assert len({why.dense_rank for quote in quotes if (why := quote.why)}) == 7


def test_the_terms_are_the_questions_words_that_the_passage_contains(leica: qa.Library) -> None:
    best = next(quote.why for quote in leica.ask(QUESTION, k=7).quotes if "40 minutes" in quote.text)
    assert best is not None and best.terms == ("each", "lens", "element", "ground", "polished")
    misspelled = leica.ask("What of the Sumicron?").quotes[0]
    assert "Summicron" in misspelled.text
    assert misspelled.why is not None and misspelled.why.terms == ("Sumicron",)


def test_filters_alone_give_no_why_and_ranks_count_only_what_passes_them(leica: qa.Library) -> None:
    assert {quote.why for quote in leica.search("in:comments")} == {None}
    first = leica.search(f"{QUESTION} in:article")[0].why
    assert first is not None and first.fused_rank == 1 and first.dense_rank is not None and first.dense_rank <= 3


def test_the_command_line_prints_it_with_the_option_why(leica: qa.Library, capsys: pytest.CaptureFixture[str]) -> None:
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
def test_one_edit_changes_adds_drops_or_swaps_one_letter(word: str, other: str) -> None:
    edited = {word}
    for index in range(len(word) + 1):
        before, after = word[:index], word[index:]
        edited |= {before + after[1:], before + after[1:2] + after[:1] + after[2:]}
        edited |= {before + letter + rest for letter in "abc" for rest in (after, after[1:])}
    assert one_edit_apart(word, other) == (other in edited)
