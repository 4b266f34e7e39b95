"""Follow-up questions: what is picked, what is left alone, and that nothing is written that nobody said."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.cli.main import main
from qa.evaluation.followup_sets import FollowUpSet
from qa.evaluation.followups import evaluate_followups
from qa.followup.features import NAMES, candidates, matrix
from qa.followup.model import TermModel, load_model
from qa.followup.turn import Turn
from qa.followup.understand import understand
from qa.followup.words import words_in
from qa.library.earlier import MOST_TURNS, History, earlier_turns
from qa.search.query import Query
from training import followups as training


@pytest.mark.parametrize(
    ("question", "turns", "understood"),
    [
        ("Is it treatable?", [Turn("What is throat cancer?")], "Is it treatable? (throat cancer)"),
        ("and the coating?", [Turn("How are the lenses ground?")], "and the coating? (lenses ground)"),
        ("why?", [Turn("What does the Leica Passport cover?")], "why? (Leica Passport)"),
        (
            "What about the second one?",
            [Turn("Which lenses are coated?")],
            "What about the second one? (lenses, coated)",
        ),
        ("how much?", [Turn("How much does a Digilux 3 sell for?", "£799")], "how much? (Digilux 3)"),
        (
            "When did they disband?",
            [Turn("What group disbanded?", "Zappa and the Mothers of Invention")],
            "When did they disband? (Zappa and the Mothers of Invention)",
        ),
        (
            "What are its symptoms?",
            [Turn("What is throat cancer?"), Turn("Is it treatable?"), Turn("Tell me about lung cancer.")],
            "What are its symptoms? (lung cancer)",
        ),
    ],
)
def test_what_a_question_leaves_unsaid_follows_it(question: str, turns: list[Turn], understood: str) -> None:
    assert str(understand(question, turns)).startswith(understood.rstrip(")"))


@pytest.mark.parametrize(
    ("question", "turns"),
    [
        ("Is it treatable?", []),
        ("How do I reset a Nikon D70?", [Turn("Where are Leica lenses made?", "Solms")]),
        ("What does Claire recommend?", [Turn("How are photovoltaic panels recycled?")]),
        ("Who makes the sensor of the Digilux 3?", [Turn("Where are Leica lenses made?", "Solms")]),
        ("What is the capital of France?", [Turn("What does the Leica Passport cover?", "accidental damage")]),
        ("Who is the president of the United States?", [Turn("Where are Leica lenses made?", "Solms")]),
        ("Where are Leica lenses made?", [Turn("Where are Leica lenses made?", "Solms")]),
        ("Why are scalpers using bots?", [Turn("What warranty comes with a Leica?")]),
        ("Why do people buy Nokia phones?", [Turn("What warranty comes with a Leica?", "two years")]),
        (
            "Who says that the reception is horrendous?",
            [Turn("What warranty comes with a Leica?", "two years", "Leica")],
        ),
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str, turns: list[Turn]) -> None:
    assert understand(question, turns) is None


def test_whoever_was_asked_for_an_opinion_is_not_the_topic() -> None:
    understood = understand("and the screen?", [Turn("What do commenters think of the phone's battery?")])
    assert understood == "and the screen? (phone's battery)"


def test_the_title_of_what_was_quoted_stands_for_what_no_word_says() -> None:
    never = replace(load_model(), gate=1.0, gate_alone=1.0)
    turns = [Turn("Who was that?", "", "The  Elbe\nCycle Path")]
    assert understand("How long is it?", turns, never) == "How long is it? (The Elbe Cycle Path)"
    assert understand("How long is the Danube?", turns, never) is None
    assert understand("and the Danube?", turns, never) is None


def test_a_word_without_end_is_not_carried_over() -> None:
    always = replace(load_model(), gate=0.0, gate_alone=0.0)
    assert understand("why?", [Turn("麵包" * 31)], always) is None
    assert understand("why?", [Turn("x" * 61)], always) is None
    assert understand("why?", [Turn("麵包" * 30)], always) == f"why? ({'麵包' * 30})"


@pytest.mark.parametrize("between", [" -", " –", ': "', " ("])
def test_what_is_added_has_no_filter_in_it(between: str) -> None:
    always = replace(load_model(), gate=0.0, gate_alone=0.0, threshold=0.0, share=0.0)
    never = replace(load_model(), gate=1.0, gate_alone=1.0)
    text = f"Canon{between}20D"
    for model, turn in ((always, Turn(f"Which {text}?")), (never, Turn("What is that?", "", text))):
        understood = str(understand("why?", [turn], model))
        assert re.search(r"Canon.+20D", understood)
        asked = Query.parse(understood, {})
        assert (asked.text, asked.phrases, bool(asked.filters)) == (understood, (), False)


texts = st.text(alphabet=st.sampled_from("abelmnost AEL ’'-.,?!()12\n\x00ßéの"), max_size=60)


@given(texts, st.lists(st.builds(Turn, texts, texts, texts), max_size=12))
def test_nothing_is_written_that_the_conversation_does_not_say(question: str, turns: list[Turn]) -> None:
    always = replace(load_model(), gate=0.0, gate_alone=0.0)
    understood = understand(question, turns, always)
    if understood is not None:
        assert understood.startswith(f"{question} (")
        said = {
            word.normal
            for turn in turns
            for text in (turn.question, turn.answer, turn.title)
            for word in words_in(text)
        }
        assert {word.normal for word in words_in(understood.removeprefix(question))} <= said


# The history of a question


def test_a_library_takes_answers_questions_and_pairs(leica: qa.Library) -> None:
    first = leica.ask("What does the Leica Passport cover?")
    answered: list[History] = [[first], [(first.question, first.text)]]
    for history in answered:
        assert str(leica.ask("why?", history=history).understood_as).startswith("why? (Leica Passport")
    understood = "why? (Leica Passport)"
    unanswered: list[History] = [[first.question], [(first.question, None)], [(first.question, "")]]
    for history in unanswered:
        answer = leica.ask("why?", history=history)
        assert (answer.question, answer.understood_as) == ("why?", understood)
    assert answer.to_dict()["understood_as"] == understood
    assert str(answer).splitlines()[0] == f"Understood as: {understood}"
    assert f"Understood as: {understood}" in answer._repr_html_()


def test_an_answer_is_that_of_the_understood_question(leica: qa.Library) -> None:
    followed = leica.ask("why?", history=["What does the Leica Passport cover?"])
    asked = leica.ask("why? (Leica Passport)")
    assert (followed.text, followed.quotes) == (asked.text, asked.quotes)
    assert leica.ask("why?").understood_as is None
    assert "understood_as" not in leica.ask("why?").to_dict()


def test_search_takes_the_history_too(leica: qa.Library) -> None:
    found = leica.search("why?", 3, history=["What does the Leica Passport cover?"])
    assert found == leica.search("why? (Leica Passport)", 3)


def test_a_filter_holds_and_is_no_word_of_the_conversation(leica: qa.Library) -> None:
    answer = leica.ask("why? in:comments", history=["What does the Leica Passport cover? in:article"])
    assert answer.understood_as == "why? in:comments (Leica Passport)"
    asked = leica.ask(answer.understood_as)
    assert (asked.text, asked.quotes) == (answer.text, answer.quotes)
    assert {quote.kind for quote in answer.quotes} == {"comment"}
    assert leica.ask("in:comments", history=["What does the Leica Passport cover?"]).understood_as is None


def test_an_answer_in_the_history_was_asked_as_it_was_understood(leica: qa.Library) -> None:
    first = leica.ask("What does the Leica Passport cover?")
    second = leica.ask("why?", history=[first])
    turns = earlier_turns([first, second])
    assert [turn.question for turn in turns] == [first.question, second.understood_as]
    assert earlier_turns(turns) == turns  # as the page sends them


def test_only_words_that_were_typed_are_said_to_be_missing(leica: qa.Library) -> None:
    answer = leica.ask("why?", history=["Why do zeppelins need ballast?"])
    assert "zeppelins" in str(answer.understood_as) and answer.missing_terms == ()
    answer = leica.ask("and the zeppelins?", history=["What does the Leica Passport cover?"])
    assert answer.understood_as and answer.missing_terms == ("zeppelins",)


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("why?", "a history is a list of earlier questions, not 'why?'"),
        (5, "a history is a list of earlier questions, not '5'"),
        ([5], "a history holds questions, pairs of a question and its answer, or answers, not '5'"),
        ([("a", "b", "c")], "a history holds questions, pairs of a question and its answer, or answers"),
        ([("a", 5)], "a history holds questions, pairs of a question and its answer, or answers"),
        ([(5, "a")], "an earlier question is a string, not int"),
        (["??"], "the question '??' has no word in it; ask in words"),
        (["a" * 20_001], "the question has 20,001 characters, the most is 20,000"),
        (["a"] * (MOST_TURNS + 1), "the history has 1,001 questions, the most is 1,000"),
    ],
)
def test_a_history_that_is_none_is_refused(library: qa.Library, history: object, said: str) -> None:
    with pytest.raises(qa.QuestionError, match=f"^{re.escape(said)}"):
        library.ask("why?", history=history)  # type: ignore[arg-type]


def test_of_a_long_history_the_first_and_the_last_are_looked_at() -> None:
    turns = earlier_turns([f"question {number}" for number in range(MOST_TURNS)])
    assert [turn.question for turn in turns] == ["question 0", *(f"question {n}" for n in range(992, 1000))]


# The model


def test_the_shipped_trees_are_those_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    random = np.random.default_rng(7)
    rows = random.random((400, len(NAMES))).astype(np.float32)
    said = rows[:, 0] + rows[:, 3] * rows[:, 5] > 0.8
    settings = {**training.SETTINGS, "max_iter": 12}
    fitted = HistGradientBoostingClassifier(**settings).fit(rows, said)
    model = TermModel.of(training.exported(fitted))
    assert np.allclose(model.probabilities(rows), fitted.predict_proba(rows)[:, 1], atol=1e-3)


def test_a_model_of_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match="was fitted to other features"):
        TermModel.of({"names": ["rarity"]})


def test_no_word_is_a_candidate_that_the_question_says() -> None:
    rows = candidates("Are the lenses cheap?", [Turn("Which lens is made in Solms?", "the cheap one from Wetzlar")])
    assert [row.term for row in rows] == ["made", "solm", "wetzlar"]
    assert matrix(rows).shape == (3, len(NAMES))


def test_a_short_form_without_its_apostrophe_is_no_word_of_its_own() -> None:
    turns = [Turn("What does the Leica M9 cost?", "6,995 dollars")]
    for question in ("Wouldn't film be better?", "why don't people buy it?"):
        assert candidates(question.replace("'", ""), turns) == candidates(question, turns)
    asked = [turn.question for turn in earlier_turns(["whats the price?"], search_syntax=False)]
    assert asked == ["what's the price?"]


# Sets of follow-up questions


def conversation(number: int, rewrites: list[str], questions: list[str], answers: list[str]) -> list[dict[str, object]]:
    history: list[str] = []
    rows: list[dict[str, object]] = []
    for turn, (question, rewrite, answer) in enumerate(zip(questions, rewrites, answers, strict=True), 1):
        rows.append(
            {"_id": f"c{number}#{turn}", "article": "Lenses", "history": history, "text": question, "rewrite": rewrite}
        )
        history = [*history, question, answer]
    return rows


ROWS = [
    row
    for number in range(8)
    for row in conversation(
        number,
        [f"What is cancer {number}?", f"Is cancer {number} treatable?", "Where is Solms?"],
        [f"What is cancer {number}?", "Is it treatable?", "Where is Solms?"],
        [f"An illness {number}.", "I don't know.", "In Hesse."],
    )
]


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    (tmp_path / "talk.jsonl").write_text("\n".join([*map(json.dumps, ROWS), "{", '{"_id": "x"}']), encoding="utf-8")
    named = [
        {
            "_id": f"m{n}<::>{t}",
            "history_user_turns": ["a lens?"][: t - 1],
            "text": "b",
            "rewrite": f"b {n}",
            "relevant_ids": ["p"],
        }
        for n in range(4)
        for t in (1, 2)
    ]
    (tmp_path / "named.jsonl").write_text("\n".join(map(json.dumps, named)), encoding="utf-8")
    return tmp_path


def test_a_set_is_read_with_its_answers_and_its_halves(sets: Path) -> None:
    named, talk = FollowUpSet.read_all(sets)
    assert (named.name, talk.name) == ("named", "talk")
    second = talk.questions[1]
    assert second.turns == (Turn("What is cancer 0?", "An illness 0."),)
    assert (second.passage, second.title) == (None, "Lenses")  # QuAC's "I don't know." is no passage
    assert talk.questions[0].passage == "An illness 0."
    assert named.questions[1].turns == (Turn("a lens?"),)
    assert named.questions[1].relevant == {"p"}
    for one in (named, talk):
        halves = (
            {question.conversation for question in one.choosing},
            {question.conversation for question in one.measuring},
        )
        assert halves[0]
        assert halves[1]
        assert not halves[0] & halves[1]


def test_the_report_measures_each_file(sets: Path) -> None:
    report = evaluate_followups(sets, encoder=FakeEncoder())
    named, talk = report.files
    assert [gap.measure for gap in talk.gaps] == ["agreement"]  # no question after the first has a passage
    assert [gap.measure for gap in named.gaps] == ["same passage", "agreement"]
    agreement = talk.gaps[0]
    assert agreement.rewritten == pytest.approx(1)
    assert agreement.as_typed < agreement.with_history
    assert agreement.with_title is not None
    assert 0 < agreement.gap_closed(agreement.with_history) <= 1
    assert talk.left_alone == 1  # "Where is Solms?"
    assert "talk: agreement, titled" in str(report)


def test_a_folder_without_a_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(qa.SourceError, match="has no .jsonl file"):
        FollowUpSet.read_all(tmp_path)
    (tmp_path / "other.jsonl").write_text('{"_id": "1", "text": "a"}\n', encoding="utf-8")
    with pytest.raises(qa.SourceError, match="has no row with _id, text, rewrite and history"):
        FollowUpSet.read_all(tmp_path)


def test_the_command_prints_the_figures(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sets / "named.jsonl").unlink()
    assert main(["evaluate", "--followups", str(sets)]) == 0
    assert capsys.readouterr().out.startswith("nDCG@10, measuring half")
    assert main(["evaluate", "--followups", str(sets), "--limit", "3"]) == 2
    assert "leave these options out" in capsys.readouterr().err


def test_training_fits_on_the_choosing_half_alone(sets: Path) -> None:
    _, talk = FollowUpSet.read_all(sets)
    fitted = training.fit([talk])
    assert TermModel.of(fitted).gate == training.GATE
    for question in talk.choosing:
        changed = replace(question, rewrite="Something else entirely?")
        assert question.is_choosing
        assert changed.is_choosing
    others = [question for question in talk.questions if question.is_choosing]
    assert training.fit([replace(talk, questions=others)]) == fitted
