"""The examples that are balanced by overlap or cut as close reading cuts, and weights of four bits to go on with."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch
from safetensors.torch import load_file, save_file

from training.curriculum import Example
from training.export import export, main
from training.four_bits import is_packed, packed, unpacked
from training.overlap import Rarity, balanced, half_balanced
from training.parts import Parts
from training.sets import MORE

PASSAGE = (
    "The first kiln was built in Solms by two brothers who had come from the north. "
    "It burnt peat, which the farmers of the moor sold by the cart, and it was never cold for six winters. "
    "Visitors may see it on Sundays. The second kiln, of brick, was fired with coal that came on barges. "
    "A third one was planned, but the war came, and the bricks were used for the school by the mill."
)


def example(question: str, answer: str, *, answerable: bool = True, inside: bool = False) -> Example:
    start = PASSAGE.index(answer)
    return Example("natural", question, PASSAGE, ((start, start + len(answer)),), inside, answerable)


def shared(number: int, overlap: int, *, answerable: bool | None) -> Example:
    """A question of twenty words of its own; two are in the passage for each tenth of overlap, and one more."""
    asked = ["".join(chr(ord("a") + int(digit)) for digit in f"{number:03}{word:02}") for word in range(20)]
    return Example("natural", " ".join(asked), " ".join(asked[: 2 * overlap + 1]), answerable=answerable)


def test_overlap_says_nothing_of_the_label_once_balanced() -> None:
    labels = [
        (overlap, answerable)
        for overlap in range(10)
        for answerable in [True] * (3 + overlap) + [False] * (13 - overlap) + [None] * 2
    ]
    chosen = balanced(
        [shared(number, overlap, answerable=label) for number, (overlap, label) in enumerate(labels)], Random(0)
    )
    kinds = Counter((len(one.passage.split()) // 2, one.answerable) for one in chosen)
    assert kinds == {(overlap, answerable): 3 for overlap in range(10) for answerable in (True, False)}


def test_half_of_the_sets_examples_are_as_they_come_and_further_ones_are_all_there() -> None:
    of_sets = [shared(n, n % 10, answerable=answerable) for n in range(40) for answerable in (True, True, False)]
    further = [replace(shared(n, 9, answerable=True), source=MORE) for n in range(40, 47)]
    chosen = half_balanced([*of_sets, *further], Random(0))
    assert [one for one in chosen if one.source == MORE] == further and len(chosen) == 2 * 80 + 7
    answerable = Counter(one.answerable for one in chosen if one.source != MORE)
    assert answerable[True] > answerable[False] > 40


def test_no_example_is_left_if_one_kind_is_missing() -> None:
    assert balanced([Example("natural", "Who built it?", "Nobody knows.")], Random(0)) == []


def test_a_part_holds_the_answer_and_another_does_not() -> None:
    parts = Parts([example("Who built the first kiln?", "two brothers")] * 40).cut(Random(0))
    assert all(len(part.passage) <= 300 and part.passage in PASSAGE for part in parts)
    natural = [part for part in parts if part.answerable]
    assert len(natural) >= 40 and len(parts) > len(natural)
    assert all([part.passage[start:end] for start, end in part.answers] == ["two brothers"] for part in natural)
    assert {(part.kind, part.answers) for part in parts if not part.answerable} == {("beside", ())}


def test_a_part_of_a_passage_that_does_not_answer_does_not_either() -> None:
    parts = Parts([example("Who built the third kiln?", "the war came", answerable=False)]).cut(Random(1))
    assert [part.answerable for part in parts] == [False] and len(parts[0].passage) <= 300


def test_an_answer_that_is_a_whole_sentence_is_cut_with_the_part() -> None:
    whole = example("What does it say about kilns?", PASSAGE[: PASSAGE.index("A third")].strip(), inside=True)
    for part in Parts([whole]).cut(Random(0)):
        assert part.answers and all(0 <= start < end <= len(part.passage) for start, end in part.answers)


def test_a_short_passage_is_left_whole() -> None:
    short = Example("natural", "Who?", "Ann.", ((0, 3),))
    assert Parts([short]).cut(Random(0)) == [short]


def test_packed_weights_are_unpacked_as_they_are_computed_with() -> None:
    generator = torch.Generator().manual_seed(0)
    weights = {
        "encoder.layer.0.output.dense.weight": torch.randn(4, 128, generator=generator),
        "encoder.layer.0.output.dense.bias": torch.randn(4, generator=generator),
    }
    shipped = packed(weights)
    found = unpacked(shipped)
    assert is_packed(shipped) and not is_packed(weights) and found.keys() == weights.keys()
    again = packed(found)
    assert all(torch.equal(again[name], value) for name, value in shipped.items())
    for name, value in weights.items():
        torch.testing.assert_close(found[name], value, atol=0.3, rtol=0)


def test_the_mean_with_weights_of_four_bits_has_four_bits_and_the_layers_of_one_alone(tmp_path: Path) -> None:
    matrix, untrained = "encoder.layer.1.output.dense.weight", "encoder.layer.0.output.dense.weight"
    shipped = {matrix: torch.full((1, 64), -8.0), untrained: torch.arange(-8.0, 56.0)[None] % 8}
    save_file(packed(shipped), str(tmp_path / "shipped"))
    save_file({matrix: torch.full((1, 64), 4.0)}, str(tmp_path / "run"))
    digest = export([tmp_path / "run"] * 2 + [tmp_path / "shipped"], tmp_path / "mean")
    found = unpacked(load_file(str(tmp_path / "mean")))
    assert digest == hashlib.sha256((tmp_path / "mean").read_bytes()).hexdigest()
    assert torch.equal(found[matrix], torch.zeros(1, 64))
    assert torch.equal(found[untrained], unpacked(packed(shipped))[untrained])


def test_a_run_counts_as_often_as_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("one", 1.0), ("two", 4.0)):
        save_file({"head": torch.tensor([value])}, str(tmp_path / name))
    runs = ["--run", str(tmp_path / "one"), "2", "--run", str(tmp_path / "two")]
    monkeypatch.setattr("sys.argv", ["export", *runs, "--to", str(tmp_path / "mean")])
    main()
    assert load_file(str(tmp_path / "mean"))["head"].item() == 2.0
    monkeypatch.setattr("sys.argv", ["export", "--run", "one", "twice", "--to", str(tmp_path / "mean")])
    with pytest.raises(SystemExit):
        main()


@pytest.mark.parametrize("times", ["0", "-2"])
def test_a_run_that_is_to_count_less_than_once_is_refused(
    times: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["export", "--run", "one", times, "--run", "two", "--to", str(tmp_path / "mean")])
    with pytest.raises(SystemExit):
        main()
    assert f"'one' is to count {times} times; give 1 or more, or leave out its --run" in capsys.readouterr().err
    assert not (tmp_path / "mean").exists()


@pytest.mark.parametrize(("question", "text", "share"), [("the of?", "kiln", 0.0), ("Which kiln?", "a kiln", 1.0)])
def test_the_overlap_is_the_share_of_the_words_that_say_something(question: str, text: str, share: float) -> None:
    assert Rarity(["kiln", "moor"]).overlap(question, text) == share
