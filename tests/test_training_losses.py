"""What windows are labelled with, how they are packed, and what a reader loses on them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import torch
from transformers import MPNetConfig, MPNetModel

from qa.encoding import minilm_files
from training.batches import Window, collate, make_windows
from training.curriculum import Example
from training.losses import evidence_loss, labelled_loss, taught_loss
from training.model import LOWEST, load_weights
from training.packed import WindowsOnDevice, pack

PASSAGE = "It weighs a pound. It was made in Solms. Nobody sells it."
SOLMS = PASSAGE.index("Solms")
ANSWERED = Example("natural", "Where was it made?", PASSAGE, ((SOLMS, SOLMS + 5),), title="The lens.")
DECLINED = Example("mined", "Who drew it?", PASSAGE, ((SOLMS, SOLMS + 5),), answerable=False)
UNLABELLED = Example("retrieved", "Where?", "Made of glass.", answerable=None)


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    return make_windows([ANSWERED, DECLINED, UNLABELLED], minilm_files.tokenizer(), Random(0))


def test_the_evidence_is_the_sentence_of_the_answer(windows: list[Window]) -> None:
    tokenizer = minilm_files.tokenizer()
    answered, declined, unlabelled = windows
    ((first, last),) = answered.evidence
    assert tokenizer.decode(answered.ids[first : last + 1]) == "it was made in solms."
    assert declined.evidence == [] and declined.starts == [0]
    assert unlabelled.evidence == [] and unlabelled.starts == []


def test_evidence_that_a_window_cuts_is_what_it_holds() -> None:
    text = "word " * 300 + "made in Solms " + "word " * 300
    start = text.index("Solms")
    example = Example("natural", "Where was it made?", text, ((start, start + 5),))
    (window,) = make_windows([example], minilm_files.tokenizer(), Random(0))
    ((first, last),) = window.evidence
    assert window.second <= first <= window.starts[0] <= window.ends[0] <= last < len(window.ids) - 1


def test_a_packed_window_is_the_window(windows: list[Window], tmp_path: Path) -> None:
    packed = pack([windows])
    packed.save(tmp_path / "windows.xz")
    data = WindowsOnDevice(type(packed).load(tmp_path / "windows.xz"), torch.device("cpu"))
    order = sorted(windows, key=lambda window: window.ids[: window.second : -1][:12])
    expected = collate(order)
    found = data.batch(torch.arange(3), expected.ids.shape[1])
    for name in ("ids", "types", "mask", "targets", "judged"):
        torch.testing.assert_close(getattr(found, name), getattr(expected, name), msg=name)
    assert data.judged.tolist() == [bool(window.starts) for window in order]


def test_only_a_teacher_gives_a_window_without_a_label_a_loss(windows: list[Window]) -> None:
    batch = collate(windows)
    torch.manual_seed(0)
    logits, other = (
        torch.randn(batch.targets.shape).masked_fill(batch.mask.unsqueeze(-1) == 0, LOWEST) for _ in range(2)
    )
    answered, declined, unlabelled = labelled_loss(logits, batch).tolist()
    assert answered > 0 and declined > 0 and unlabelled == 0
    same, different = taught_loss(logits, logits, batch), taught_loss(logits, other, batch)
    assert (different > same).all()
    assert all(0 < loss < 20 for loss in different.tolist())


def test_evidence_is_judged_in_the_passage_only(windows: list[Window]) -> None:
    batch = collate(windows[:1])
    right = torch.where(batch.targets[..., 2] > 0, 9.0, -9.0)
    assert evidence_loss(right, batch.targets[..., 2], batch.judged).item() < 0.01
    in_the_question, in_the_passage = right.clone(), right.clone()
    in_the_question[0, 1] = 9.0
    in_the_passage[0, len(windows[0].ids) - 2] = 9.0
    assert evidence_loss(in_the_question, batch.targets[..., 2], batch.judged).item() < 0.01
    assert evidence_loss(in_the_passage, batch.targets[..., 2], batch.judged).item() > 0.1


def test_a_reader_is_trained_on_packed_windows_and_not_twice(
    windows: list[Window], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.gpu import main

    MPNetModel(
        MPNetConfig(hidden_size=64, num_attention_heads=2, num_hidden_layers=1, intermediate_size=128)
    ).save_pretrained(tmp_path / "mpnet")
    pack([windows]).save(tmp_path / "windows.xz")
    folders = {"windows": tmp_path / "windows.xz", "minilm": minilm_files.folder(), "mpnet": tmp_path / "mpnet"}
    options = [text for name, path in folders.items() for text in (f"--{name}", str(path))]
    numbers = ["--teachers", "1", "--readers", "1"]
    times = [text for name in ("teacher-minutes", "deep-minutes", "minutes") for text in (f"--{name}", "0.01")]
    monkeypatch.setattr("sys.argv", ["gpu", *options, *numbers, *times, "--out", str(tmp_path / "out")])
    main()
    trained = load_weights(tmp_path / "out" / "reader-0.safetensors")
    assert trained["qa_outputs.weight"].shape == (3, 384) and trained["qa_outputs.weight"].isfinite().all()
    written = [path.stat().st_mtime_ns for path in sorted((tmp_path / "out").iterdir())]
    main()
    assert [path.stat().st_mtime_ns for path in sorted((tmp_path / "out").iterdir())] == written
