"""The training sets: each form read from a tiny made-up file, the mix of an epoch, and the windows made of it."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from qa.answering import reader
from qa.encoding import minilm_files
from qa.errors import SettingError, SourceError
from training import shares
from training.answerability import read_rows
from training.batches import MAX_QUESTION, MAX_TITLE, WINDOW, Window, make_windows
from training.curriculum import GIVEN, Curriculum, Example
from training.data import LabelledQuestion, Paragraph
from training.medquad import read_document
from training.mix import Count, Mix
from training.model import NULL
from training.neighbours import Neighbours
from training.plan import Plan
from training.pubmedqa import read_pubmedqa
from training.sets import MORE, NAMES, in_order, read_more, read_sets
from training.titles import title

NO_NEIGHBOURS = Neighbours([], {}, np.zeros((0, 3), dtype=np.float32))
SOLMS = "The lens was ground in Solms by careful hands in 1998."
MEDQUAD = b"""<?xml version="1.0"?><Document id="1"><Focus>Acromegaly</Focus><QAPairs>
<QAPair><Question qtype="information">What is (are) Acromegaly ?</Question>
<Answer>A hormonal disorder.  It is rare. It is slow. It is treated.</Answer></QAPair>
<QAPair><Question qtype="causes">What causes Acromegaly ?</Question><Answer>A tumor.</Answer></QAPair>
<QAPair><Question qtype="treatment">How to treat it?</Question><Answer>By surgery.</Answer></QAPair>
<QAPair><Question qtype="treatment">How to treat it late?</Question><Answer> </Answer></QAPair>
</QAPairs></Document>"""


def write_rows(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def row(question: str, context: str, *answers: str, **more: object) -> dict[str, object]:
    spans = [{"text": answer, "answer_start": context.find(answer)} for answer in answers]
    return {"id": "1", "question": question, "context": context, "answers": spans, **more}


def quoted(question: LabelledQuestion) -> list[str]:
    return [question.paragraph.text[start:end] for start, end in question.answers]


def tokens(window: Window) -> list[str]:
    tokenizer = minilm_files.tokenizer()
    return [str(tokenizer.id_to_token(token)) for token in window.ids]


def test_rows_are_read_with_all_answers_and_an_abstractive_answer_is_left_out(tmp_path: Path) -> None:
    marked = "Paragraph 1: Ann lives in Solms.\n Paragraph 2: Solms is in Hesse."
    write_rows(
        tmp_path / "set.jsonl",
        row(" where is it? ", "In Solms , and in Jena .", "Solms", "Jena", all_spans=True),
        row("who bought it?", "In Solms , and in Jena .", title="The lens"),
        row("why?", "In Solms , and in Jena .", "because of the glass"),
        row("Where does Ann live?", marked, "Hesse"),
    )
    several, unanswerable, multi_hop = read_rows(tmp_path / "set.jsonl", "nq")
    assert (several.text, quoted(several), several.judged) == ("where is it?", ["Solms", "Jena"], True)
    assert (unanswerable.answers, unanswerable.judged, unanswerable.paragraph.title) == ((), True, "The lens")
    assert multi_hop.paragraph.text == "Ann lives in Solms.\nSolms is in Hesse." and quoted(multi_hop) == ["Hesse"]


def test_further_questions_are_read_from_a_file_that_is_named_if_it_cannot_be(tmp_path: Path) -> None:
    text = "It leaks. The lid came off in a week."
    write_rows(
        tmp_path / "own.jsonl",
        row("is it tight?", text, "It leaks.", inside=True),
        row("when did the lid come off?", text, "in a week"),
    )
    opinion, fact = read_more(tmp_path / "own.jsonl")
    assert (opinion.inside, quoted(opinion), opinion.paragraph.source) == (True, ["It leaks."], MORE)
    assert (fact.inside, quoted(fact)) == (False, ["in a week"])
    write_rows(tmp_path / "empty.jsonl")
    with pytest.raises(SourceError, match=r"no question of '.*empty\.jsonl'; copy it there or leave it out"):
        read_more(tmp_path / "empty.jsonl")
    with pytest.raises(SourceError, match=r"cannot read '.*none\.jsonl': FileNotFoundError"):
        read_more(tmp_path / "none.jsonl")


def test_a_post_is_read_after_its_authors_name_who_may_answer(tmp_path: Path) -> None:
    text = "It squeaks. I used talc. My sister used oil."
    write_rows(
        tmp_path / "own.jsonl",
        row("who used talc?", text, "I used talc.", author="ann", by_author=True),
        row("who used oil?", text, "My sister", author="ann"),
        row("who used wax?", text, author="ann"),
    )
    tokenizer = minilm_files.tokenizer()
    for question, answer, evidence in zip(
        read_more(tmp_path / "own.jsonl"),
        ("ann", "my sister", None),
        ("i used talc.", "my sister used oil.", None),
        strict=True,
    ):
        example = next(iter(Curriculum([question], NO_NEIGHBOURS, 0).epoch(0)))
        (window,) = make_windows([replace(example, title="")], tokenizer, Random(0))
        read = tokenizer.decode(window.ids, skip_special_tokens=True)
        assert read.endswith("ann : it squeaks. i used talc. my sister used oil.")
        assert (window.starts == [NULL]) == (answer is None)
        if answer:
            assert tokenizer.decode(window.ids[window.starts[0] : window.ends[0] + 1]) == answer
            assert [tokenizer.decode(window.ids[first : last + 1]) for first, last in window.evidence] == [evidence]


def test_a_window_without_the_sentence_that_shows_the_author_has_no_label(tmp_path: Path) -> None:
    text = f"{'It rained on and on in the hills. ' * 40}I used talc."
    write_rows(tmp_path / "own.jsonl", row("who used talc?", text, "I used talc.", author="ann", by_author=True))
    example = next(iter(Curriculum(read_more(tmp_path / "own.jsonl"), NO_NEIGHBOURS, 0).epoch(0)))
    windows = make_windows([example] * 20, minilm_files.tokenizer(), Random(0))
    assert all(window.starts == [] == window.evidence for window in windows)
    write_rows(tmp_path / "none.jsonl", row("who used talc?", text, "I used talc.", by_author=True))
    with pytest.raises(SourceError, match="the author answers 'who used talc"):
        read_more(tmp_path / "none.jsonl")


def test_an_unpaired_question_gets_the_nearest_paragraph(tmp_path: Path) -> None:
    paragraphs = [
        {"context": text, "qas": [{"question": "Where?", "answers": [{"text": text[:5], "answer_start": 0}]}]}
        for text in ("Solms has lenses.", "Apple trees grow in Jena.")
    ]
    (tmp_path / "squad1-du44").mkdir()
    (tmp_path / "squad1-du44" / "a.json").write_text(json.dumps({"data": [{"title": "T", "paragraphs": paragraphs}]}))
    unanswerable: dict[str, object] = {"id": "7", "input": "Who planted the apple trees?", "output": "<NO-ANSWER>"}
    write_rows(
        tmp_path / "squad2-train-questions" / "1.jsonl", unanswerable, {**unanswerable, "id": "8", "output": "Ann"}
    )
    write_rows(tmp_path / "squad2-train-questions" / "2.jsonl", unanswerable)
    write_rows(tmp_path / "answerability" / "squad2-train.jsonl", row("Who?", "Nobody bought pears."))
    (found,) = read_sets(tmp_path, tmp_path, ["squad2-train-questions"])
    assert found == LabelledQuestion(
        "Who planted the apple trees?", Paragraph("squad2-train-questions", "T", "Apple trees grow in Jena."), ()
    )


def test_a_long_answer_stands_in_the_first_sentences_and_other_answers_do_not_answer(tmp_path: Path) -> None:
    found = [*read_document(MEDQUAD, "1.xml")]
    assert [(one.text, one.paragraph.text[:9], quoted(one), one.inside, one.judged) for one in found] == [
        ("What is Acromegaly?", "A hormona", ["A hormonal disorder. It is rare. It is slow."], True, True),
        ("What causes Acromegaly?", "A tumor.", ["A tumor."], True, True),
        ("What causes Acromegaly?", "By surger", [], False, False),
        ("How to treat it?", "By surger", ["By surgery."], True, True),
        ("How to treat it?", "A tumor.", [], False, False),
    ]
    assert {one.paragraph.title for one in found} == {"Acromegaly"}

    (tmp_path / "medquad").mkdir()
    with tarfile.open(tmp_path / "medquad" / "all.tar.gz", "w:gz") as archive:
        for name, data in (("b/2.xml", MEDQUAD), ("a/1.xml", MEDQUAD.replace(b"Acromegaly", b"Lice"))):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    subjects = [one.paragraph.title for one in read_sets(tmp_path, tmp_path, ["medquad"])]
    assert subjects == ["Lice"] * 5 + ["Acromegaly"] * 5


def test_the_conclusion_of_an_abstract_holds_the_answer_unless_it_is_maybe(tmp_path: Path) -> None:
    row = {"QUESTION": "Does it help?", "CONTEXTS": ["We tried.", "It fell."], "LONG_ANSWER": "It helps."}
    decisions = {"1": {**row, "final_decision": "yes"}, "2": {**row, "final_decision": "maybe"}}
    (tmp_path / "set.json").write_text(json.dumps(decisions))
    (found,) = read_pubmedqa(tmp_path / "set.json")
    assert (found.paragraph.text, quoted(found)) == ("We tried. It fell. It helps.", ["It helps."])
    assert found.inside


def test_sets_are_chosen_by_name_and_a_missing_or_damaged_one_is_named(tmp_path: Path) -> None:
    assert in_order(["squad2", "nq", "nq"]) == ("nq", "squad2")
    with pytest.raises(SettingError, match="no training set is named 'nqq'; the sets are squadshifts, "):
        read_sets(tmp_path, tmp_path, ["nq", "nqq"])
    for name in NAMES:
        with pytest.raises(SourceError, match=f"training set '{name}' in .*leave it out"):
            read_sets(tmp_path, tmp_path, [name])
    write_rows(tmp_path / "answerability" / "nq.jsonl", {"question": "Where?"})
    with pytest.raises(SourceError, match="cannot read the training set 'nq' .*KeyError"):
        read_sets(tmp_path, tmp_path, ["nq"])


@pytest.fixture
def labelled() -> list[LabelledQuestion]:
    """A hundred and twenty questions, as many judged unanswerable, and some whose document says so."""
    at = SOLMS.index("Solms")
    questions = []
    for number in range(120):
        paragraph = Paragraph("nq", "Old_lenses", f"{SOLMS} It has the number {number}.")
        questions.append(LabelledQuestion("Where was lens 12 ground?", paragraph, ((at, at + 5),)))
        other = Paragraph("squad2-train-questions", "", paragraph.text)
        questions.append(LabelledQuestion("Who bought the lens?", other, ()))
        questions.append(LabelledQuestion("Who had it?", Paragraph("medquad", "", SOLMS), (), judged=False))
    return questions


@pytest.mark.usefixtures("as_labelled")
def test_the_mix_counts_what_people_judged_and_what_was_made(labelled: list[LabelledQuestion]) -> None:
    examples = Curriculum(labelled, NO_NEIGHBOURS, seed=1).epoch(0)
    mix = Mix.of(examples)
    natural = [one for one in examples if one.kind == "natural"]
    assert len(natural) == 120 and mix.kinds["given unanswerable"] == 120 and mix.examples == len(examples)
    assert mix.sets["squad2-train-questions"] == Count(answerable=0, given=120, made=0, unlabelled=0)
    assert 0 < mix.sets["medquad"].made == mix.kinds["other answer"] < 40  # a tenth of them
    made = sum(count.made for count in mix.sets.values())
    changed = {*shares.INFORMATION_KINDS, "other answer"}
    assert made == sum(number for kind, number in mix.kinds.items() if kind in changed)
    assert mix.unanswerable_share == (120 + made) / len(examples)
    assert mix.given_share == 120 / (120 + made)
    assert "judged by people" in mix.summary() and "squad2-train-questions" in mix.table()
    assert 40 < sum(bool(one.title) for one in natural) < 80
    assert {one.title for one in examples} == {"", "Old lenses."}
    assert {one.question for one in examples if one.kind == GIVEN} == {"Who bought the lens?", "Who bought the lens"}
    assert Mix.of([]).unanswerable_share == 0


def test_only_sure_changes_are_made_where_more_than_the_labelled_place_may_answer() -> None:
    paragraph = Paragraph("pubmedqa", "", SOLMS)
    questions = [LabelledQuestion("Was the lens ground in 1998?", paragraph, ((0, len(SOLMS)),), inside=True)] * 200
    made = {one.kind for one in Curriculum(questions, NO_NEIGHBOURS, seed=1).epoch(0) if not one.answerable}
    assert made == {"swap"}


@pytest.mark.usefixtures("as_labelled")
def test_a_change_of_a_passage_changes_its_title_too() -> None:
    text = "In 1805 the old fort fell after a long siege. It was built again in brick."
    paragraph = Paragraph("made", "The_fort_of_1805", text)
    questions = [LabelledQuestion("What fell in 1805?", paragraph, ((8, 20),))] * 300
    examples = Curriculum(questions, NO_NEIGHBOURS, seed=1).epoch(0)
    titled = [one for one in examples if one.kind in ("passage swap", "harmless swap") and one.title]
    changed = [one for one in titled if "1805" not in one.passage]
    assert len(changed) > 10
    assert all(one.title == f"The fort of {one.passage[3:7]}." for one in changed)
    assert all(one.title == "The fort of 1805." for one in titled if one not in changed)
    swaps = [one for one in examples if one.kind == "swap" and one.title]
    assert swaps and all(one.title == "The fort of 1805." and one.passage == text for one in swaps)


def test_titles_are_plain_words_and_numbers_of_files_are_none() -> None:
    assert title(Paragraph("mlqa/dev", "Blood test", "")) == "Blood test."
    assert title(Paragraph("squad2", "French_and_Indian_War", "")) == "French and Indian War."
    assert title(Paragraph("squadshifts/amazon_reviews", "Amazon_Reviews_12", "")) == ""
    assert title(Paragraph("nq", "", "")) == ""


def test_a_window_is_what_the_reader_reads() -> None:
    assert (WINDOW, MAX_QUESTION, MAX_TITLE) == (
        reader._WINDOW_TOKENS,
        reader._QUESTION_TOKENS,
        reader._TITLE_TOKENS,
    )
    example = Example("natural", "Where?", "Made in Solms.", ((8, 13),), title="Old lenses.")
    (window,) = make_windows([example], minilm_files.tokenizer(), Random(0))
    found = tokens(window)
    assert " ".join(found).replace(" ##", "") == "[CLS] where ? [SEP] old lenses . made in solms . [SEP]"
    assert found[window.second] == "old"
    (start,), (end,) = window.starts, window.ends
    assert "".join(found[start : end + 1]).replace("##", "") == "solms"

    (long_title,) = make_windows(
        [Example("natural", "Where?", "Made in Solms.", title="lens " * 50)], minilm_files.tokenizer(), Random(0)
    )
    assert tokens(long_title).count("lens") == MAX_TITLE


def test_a_window_holds_a_whole_answer_or_has_no_label() -> None:
    tokenizer = minilm_files.tokenizer()
    for length, labelled in ((150, True), (400, False)):
        text = "One. " * 100 + "two " * length + "three. " * 100
        span = (500, 500 + 4 * length)
        examples = [
            Example("natural", "Which?", text, (span,), inside, title="Numbers.") for inside in (True, False)
        ] * 20
        for window in make_windows(examples, tokenizer, Random(0)):
            assert len(window.ids) <= WINDOW
            assert bool(window.starts) == bool(window.ends) == labelled
            assert NULL not in window.starts
    unanswerable = Example(GIVEN, "Which?", "One. " * 400, answerable=False)
    (window,) = make_windows([unanswerable], tokenizer, Random(0))
    assert (window.starts, window.ends) == ([NULL], [NULL])


def test_a_run_is_not_continued_with_other_examples(tmp_path: Path) -> None:
    Plan(steps=5, seed=1, sets=("nq",)).write(tmp_path)
    Plan(steps=9, seed=1, sets=("nq",), rate=0.1).check_continues(tmp_path)
    with pytest.raises(SettingError, match="started with the seed 1, not 2"):
        Plan(steps=5, seed=2, sets=("nq",)).check_continues(tmp_path)
    with pytest.raises(SettingError, match=r"started with the sets \['nq'\], not \['nq', 'mlqa'\]"):
        Plan(steps=5, seed=1, sets=("nq", "mlqa")).check_continues(tmp_path)
    with pytest.raises(SettingError, match=r"started with the more_questions None, not 'own\.jsonl'"):
        Plan(steps=5, seed=1, sets=("nq",), more_questions="own.jsonl").check_continues(tmp_path)


def test_the_mix_is_printed_without_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from training.mix import main

    write_rows(tmp_path / "answerability" / "nq-open.jsonl", row("where?", "Made in Solms.", "Solms"))
    arguments = ["--data", str(tmp_path), "--squad2", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["mix", *arguments, "--sets", "nq-open"])
    main()
    assert capsys.readouterr().out.splitlines()[1].split() == ["nq-open", "1", "0", "0", "0"]

    monkeypatch.setattr(sys, "argv", ["mix", *arguments, "--sets", "nq-closed"])
    with pytest.raises(SystemExit):
        main()
    assert "no training set is named 'nq-closed'" in capsys.readouterr().err
