"""The training package: the examples it makes of questions, and that a run resumes where it was stopped."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

import qa
import training
from qa.answering.reader import SpanReader
from qa.encoding import minilm_files
from qa.encoding.load import default_encoder
from qa.library.directory import LibraryDirectory
from qa.library.generation import open_generation
from training import shares, to_judge
from training.curriculum import Curriculum, Example
from training.data import LabelledQuestion, Paragraph, read_squad, read_squad2
from training.edits import Swap, Swaps, exchanged, negated, swapped
from training.negatives import Miner, without_answer
from training.neighbours import Neighbours
from training.plan import Plan
from training.to_judge import parts_to_judge

EPOCHS = 12
SETS = ("squadshifts",)
TOWNS = ("Solms", "Wetzlar", "Berlin", "Jena", "Dresden", "Munich", "Vienna", "Prague")


def question(town: str, number: int) -> LabelledQuestion:
    text = (
        f"The lens number {number} was ground in {town} by careful hands. It was then polished for forty minutes in a "
        f"quiet room, because dust ruins glass. Nobody outside {town[0]}-town was told how the coating is made there."
    )
    start = text.index(town)
    return LabelledQuestion(
        f"Where was lens number {number} ground?", Paragraph("made", town, text), ((start, start + len(town)),)
    )


@pytest.fixture(scope="module")
def questions() -> list[LabelledQuestion]:
    return [question(town, number) for number, town in enumerate(TOWNS)]


@pytest.fixture(scope="module")
def curriculum(questions: list[LabelledQuestion]) -> Curriculum:
    from training.model import ReaderNetwork

    embeddings = ReaderNetwork().word_embeddings().numpy()
    texts = [one.paragraph.text for one in questions] * 3
    return Curriculum(questions, Neighbours(texts, minilm_files.tokenizer().get_vocab(), embeddings), seed=1)


def test_the_examples_in_its_docstrings_hold() -> None:
    names = [module.name for module in pkgutil.iter_modules(training.__path__, "training.")]
    results = [doctest.testmod(importlib.import_module(name)) for name in names]
    assert sum(result.attempted for result in results) >= 5
    assert not sum(result.failed for result in results)


def test_an_epoch_is_reproducible_and_differs_from_the_next(curriculum: Curriculum) -> None:
    assert curriculum.epoch(0) == curriculum.epoch(0)
    assert curriculum.epoch(0) != curriculum.epoch(1)


@pytest.mark.usefixtures("as_labelled")
def test_answers_are_at_their_spans(curriculum: Curriculum) -> None:
    examples: list[Example] = [one for number in range(EPOCHS) for one in curriculum.epoch(number)]
    natural = [one for one in examples if one.kind == "natural"]
    assert len(natural) == EPOCHS * len(TOWNS)
    assert all(one.passage[slice(*one.answers[0])] in TOWNS for one in natural)
    assert {"swap", "cut"} <= {one.kind for one in examples if not one.answerable}
    assert {one.title for one in examples if one.kind == "natural"} == {"", *(f"{town}." for town in TOWNS)}
    for one in examples:
        if one.kind in ("mined", "cut"):
            assert not one.answerable and one.answers == ()
        assert all(0 <= start < end <= len(one.passage) for start, end in one.answers)


def test_a_heading_is_words_of_the_passage_after_the_title(
    curriculum: Curriculum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "HEADED_SHARE", 1.0)
    natural = [one for number in range(EPOCHS) for one in curriculum.epoch(number) if one.kind == "natural"]
    titled = [one for one in natural if one.title.split(".")[0] in TOWNS]
    assert 0.3 < len(titled) / len(natural) < 0.8
    for one in natural:
        heading = one.title.split(". ", 1)[1] if one in titled else one.title
        assert heading.endswith(".") and heading[:-1] in one.passage and 1 <= len(heading.split()) <= 7


def test_some_questions_are_put_as_keywords(curriculum: Curriculum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "KEYWORDS_SHARE", 1.0)
    asked = {one.question for one in curriculum.epoch(0) if one.kind == "natural"}
    assert asked == {f"lens number {number} ground" for number in range(len(TOWNS))}


def test_a_mined_passage_has_no_answer(questions: list[LabelledQuestion]) -> None:
    miner = Miner([one.paragraph for one in questions], frozenset())
    for one in questions:
        found = miner.negative(one, Random(0))
        assert found is not None and one.paragraph.title not in found.text


def test_the_sentence_of_the_answer_is_removed(questions: list[LabelledQuestion]) -> None:
    rest = without_answer(questions[0])
    assert rest is not None and "Solms" not in rest and rest.startswith("It was then polished")


def test_a_swap_changes_every_occurrence_or_none() -> None:
    swap = Swap("name", "ann", "bob")
    assert swapped("Ann met Ann.", swap) is not None
    changed = swapped("Ann met Ann.", swap)
    assert changed is not None and "Ann" not in changed[0]
    assert swapped("Nobody came.", swap) is None
    assert swapped("Ann came.", swap, ((0, 3),)) is None


def test_an_exchange_moves_the_answers_with_the_words_between_them() -> None:
    text = "Alexandra taught Bob in Solms, and Bob taught nobody."
    changed = exchanged(text, Swap("name", "alexandra", "bob"), ((24, 29),))
    assert changed is not None
    assert changed[0] == "Bob taught Alexandra in Solms, and Alexandra taught nobody."
    assert [changed[0][start:end] for start, end in changed[1]] == ["Solms"]
    assert exchanged(text, Swap("name", "alexandra", "solms"), ((24, 29),)) is None


def test_an_inner_swap_takes_a_word_away_from_the_answer() -> None:
    text = "In 1805 the fort fell, not in 1806. In 1907 it rose again."
    swaps = Swaps(Neighbours([], {}, np.zeros((0, 3), dtype=np.float32)), frozenset())
    asked = LabelledQuestion("What fell in 1805?", Paragraph("made", "Fort", text), ((12, 16),))
    assert swaps.draw_inner(asked, Random(0)) == Swap("number", "1805", "1907")
    assert swaps.draw_inner(LabelledQuestion("What fell?", asked.paragraph, asked.answers), Random(0)) is None


def test_a_negated_question_differs() -> None:
    assert negated("Where is it made?", Random(0)) not in (None, "Where is it made?")


def test_sets_are_read_and_answers_not_at_their_offset_are_dropped(tmp_path: Path) -> None:
    qas = [
        {
            "question": " Where? ",
            "answers": [{"text": "Solms", "answer_start": 8}, {"text": "Rome", "answer_start": 0}],
        },
        {"question": "Who?", "answers": [{"text": "Rome", "answer_start": 0}]},
    ]
    data = {"data": [{"title": "T", "paragraphs": [{"context": "Made in Solms.", "qas": qas}]}]}
    (tmp_path / "set.json").write_text(json.dumps(data))
    (found,) = read_squad(tmp_path / "set.json", "set")
    assert (found.text, found.answers, found.paragraph.title) == ("Where?", ((8, 13),), "T")

    rows: dict[str, list[dict[str, object]]] = {
        "corpus.jsonl": [
            {"_id": "A::0", "title": "A", "text": "Made in Solms."},
            {"_id": "B::0", "title": "B", "text": "-"},
        ],
        "answers.jsonl": [
            {"text": "Where?", "paragraph_id": "A::0", "answers": [{"text": "Solms", "answer_start": 8}]},
            {"text": "Where?", "paragraph_id": "B::0", "answers": [{"text": "-", "answer_start": 0}]},
        ],
        "unanswerable.jsonl": [{"text": "Why?", "paragraph_id": "A::0"}],
    }
    for name, lines in rows.items():
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [(one.text, bool(one.answers)) for one in read_squad2(tmp_path, ("A",))] == [
        ("Where?", True),
        ("Why?", False),
    ]


@pytest.mark.usefixtures("as_labelled")
def test_only_a_teacher_gets_unlabelled_passages(curriculum: Curriculum, questions: list[LabelledQuestion]) -> None:
    neighbours = Neighbours([], {}, np.zeros((0, 3), dtype=np.float32))
    taught = Curriculum(questions, neighbours, seed=1, taught=True)
    retrieved = [one for number in range(4) for one in taught.epoch(number) if one.kind == "retrieved"]
    assert retrieved and all(one.answerable is None and one.answers == () for one in retrieved)
    own = {one.text.rstrip("?"): one.paragraph.text for one in questions}
    assert all(one.passage in own.values() and one.passage != own[one.question.rstrip("?")] for one in retrieved)
    assert all(one.answerable is not None for number in range(4) for one in curriculum.epoch(number))


@pytest.fixture
def folders(tmp_path: Path, questions: list[LabelledQuestion]) -> tuple[Path, Path]:
    """A folder of training sets that has one of made-up questions, and a folder for squad2."""
    data, squad2 = tmp_path / "data", tmp_path / "squad2"
    (data / "squadshifts").mkdir(parents=True)
    paragraphs = [
        {
            "context": one.paragraph.text,
            "qas": [
                {"question": one.text, "answers": [{"text": one.paragraph.title, "answer_start": one.answers[0][0]}]}
            ],
        }
        for one in questions
    ]
    (data / "squadshifts" / "made.json").write_text(json.dumps({"data": [{"title": "T", "paragraphs": paragraphs}]}))
    return data, squad2


@pytest.fixture
def threads() -> Iterator[None]:
    """Restore torch's threads, which a run changes."""
    import torch

    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_a_run_resumes_where_it_was_stopped_and_its_weights_are_read(
    tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    import torch

    from training.export import export
    from training.model import load_weights
    from training.train import train

    whole, parts, other = tmp_path / "whole", tmp_path / "parts", tmp_path / "other"
    for folder, seed, steps in ((whole, 3, (2,)), (parts, 3, (1, 2)), (other, 4, (1,))):
        folder.mkdir()
        for until in steps:
            train(Plan(steps=until, seed=seed, sets=SETS, level_share=0.0), *folders, folder, threads=1)
    digest = export([parts], tmp_path / "reader.safetensors")
    found = SpanReader(tmp_path / "reader.safetensors", digest).read("Where?", ["Made in Solms."])[0]
    assert 0 <= found.start < found.end <= 14
    torch.testing.assert_close(load_weights(parts / "reader.safetensors"), load_weights(whole / "reader.safetensors"))

    export([parts, other], tmp_path / "mean.safetensors")
    one, two = (load_weights(run / "reader.safetensors")["qa_outputs.weight"] for run in (parts, other))
    mean = load_weights(tmp_path / "mean.safetensors")["qa_outputs.weight"].float()
    assert not torch.equal(one, two)
    torch.testing.assert_close(mean, (one + two) / 2, atol=1e-3, rtol=1e-2)


@pytest.mark.usefixtures("threads")
def test_a_teacher_is_trained_and_changes_what_the_reader_learns(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    import torch
    from transformers import MPNetConfig, MPNetModel

    from training.model import load_weights
    from training.mpnet import FROZEN_LAYERS, MPNetReader
    from training.train import train

    base = tmp_path / "mpnet"
    MPNetModel(
        MPNetConfig(hidden_size=16, num_attention_heads=2, num_hidden_layers=FROZEN_LAYERS + 1, intermediate_size=32)
    ).save_pretrained(base)
    own, one, another = tmp_path / "teacher", tmp_path / "one", tmp_path / "another"
    for folder in (own, one, another):
        folder.mkdir()
    plan = Plan(steps=1, seed=3, sets=SETS, level_share=0.0)
    train(plan, *folders, own, threads=1, network=lambda: MPNetReader(base))
    weights = load_weights(own / "reader.safetensors")
    assert {int(name.split(".")[2]) for name in weights if ".layer." in name} == {FROZEN_LAYERS}

    trained, untrained = MPNetReader(base), MPNetReader(base)
    trained.load_trained(weights)
    for folder, teacher in ((one, trained), (another, untrained)):
        train(plan, *folders, folder, threads=1, teacher=teacher)
    torch.testing.assert_close(dict(trained.trained()), weights)
    taught = [load_weights(run / "reader.safetensors") for run in (one, another)]
    assert taught[0].keys() == taught[1].keys() and "bert.encoder.layer.5.output.dense.weight" in taught[0]
    assert not torch.equal(taught[0]["qa_outputs.weight"], taught[1]["qa_outputs.weight"])


def test_teacher_weights_without_their_network_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from training.train import main

    arguments = ["--data", "d", "--squad2", "s", "--out", str(tmp_path / "run"), "--teacher", "t.safetensors"]
    monkeypatch.setattr("sys.argv", ["train", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert "--teacher needs --mpnet" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_what_close_reading_reads_is_to_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ground = "The lenses are ground in Solms. Dust ruins glass, so nobody may open the windows of the workshop."
    sold = "The lenses are sold in Berlin. The shop is open on Saturdays, and coffee is free for everybody who waits."
    (tmp_path / "ground.txt").write_text(ground)
    (tmp_path / "sold.txt").write_text(sold)
    qa.build([tmp_path / "ground.txt", tmp_path / "sold.txt"], tmp_path / "library").close()
    generation = open_generation(LibraryDirectory(tmp_path / "library"), default_encoder())
    question = "Where are the lenses ground?"
    parts = dict(parts_to_judge(generation, question))
    assert parts[ground] > parts[sold]
    assert [text for text, _margin in parts_to_judge(generation, question, "sold.txt")] == [sold]

    asked, out = tmp_path / "asked.jsonl", tmp_path / "to-judge.jsonl"
    asked.write_text(json.dumps({"question": question, "source": "ground.txt"}) + "\n")
    command = ["to_judge", "--questions", str(asked), "--out", str(out), "--library"]
    monkeypatch.setattr("sys.argv", [*command, str(tmp_path / "library")])
    to_judge.main()
    assert [json.loads(row)["context"] for row in out.read_text().splitlines()] == [ground]
    monkeypatch.setattr("sys.argv", [*command, str(tmp_path / "none")])
    with pytest.raises(SystemExit):
        to_judge.main()
    assert "there is no library" in capsys.readouterr().err
