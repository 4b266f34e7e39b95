"""The precision of the networks: what is chosen, and that each gives the same within rounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import qa
from qa.answering.deep_reader import DeepReader
from qa.answering.reader import SpanReader
from qa.cli.main import main
from qa.encoding import precision
from qa.encoding.minilm import MiniLMEncoder

QUESTION = "How hot should the oven be?"
PASSAGES = [
    "Knead for ten minutes. Cook the bread at 200 degrees for half an hour, then let it cool on a rack.",
    "My grandmother baked every Friday. Her oven was always at 180 degrees, whatever the recipe said.",
]


class Core:
    """A processor with the capabilities that OpenVINO names."""

    def __init__(self, *capabilities: str) -> None:
        self._capabilities = capabilities

    def get_property(self, *_: str) -> tuple[str, ...]:
        return self._capabilities

    def compile_model(self, *_: Any) -> Callable[[Any], None]:
        raise RuntimeError("could not create a primitive descriptor")


@pytest.mark.parametrize(
    ("capabilities", "eight_bits", "chosen"),
    [(("BF16", "INT8"), True, "bf16"), (("FP32", "INT8"), True, "int8"), (("FP32", "INT8"), False, "f32")],
)
def test_the_fastest_precision_of_the_processor_is_chosen(
    monkeypatch: pytest.MonkeyPatch, capabilities: tuple[str, ...], eight_bits: bool, chosen: str
) -> None:
    monkeypatch.delenv("VERBATIM_PRECISION", raising=False)
    monkeypatch.setattr(precision, "openvino_core", lambda: Core(*capabilities))
    monkeypatch.setattr(precision, "multiplies_in_eight_bits", lambda: eight_bits)
    monkeypatch.setattr("platform.machine", lambda: "AMD64")
    assert precision.default_precision() == chosen


def test_eight_bits_are_not_chosen_where_nobody_has_measured_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERBATIM_PRECISION", raising=False)
    monkeypatch.setattr(precision, "openvino_core", lambda: Core("FP32", "INT8"))
    monkeypatch.setattr(precision, "multiplies_in_eight_bits", lambda: True)
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert precision.default_precision() == "f32"


def test_a_processor_on_which_products_of_eight_bits_fail_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    precision.multiplies_in_eight_bits.forget()
    with monkeypatch.context() as patched:
        patched.setattr(precision, "openvino_core", Core)
        assert not precision.multiplies_in_eight_bits()
    precision.multiplies_in_eight_bits.forget()


def test_the_precision_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_PRECISION", "int8")
    assert MiniLMEncoder().precision == "int8"
    monkeypatch.setenv("VERBATIM_PRECISION", "int4")
    with pytest.raises(qa.SettingError, match="VERBATIM_PRECISION is auto, bf16, f16, f32, int8, not 'int4'"):
        MiniLMEncoder().encode(["text"])


@pytest.mark.parametrize("command", ["ask Where?", "chat", "serve --port 0", "mcp", "status"])
def test_no_command_starts_with_a_precision_that_is_none(
    library: qa.Library, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VERBATIM_PRECISION", "INT8")
    options = [] if command == "mcp" else ["--library"]
    assert main([*command.split(), *options, str(library.path)]) == 2
    said = capsys.readouterr()
    assert "VERBATIM_PRECISION is auto, bf16, f16, f32, int8, not 'INT8'" in said.err and not said.out


def test_vectors_of_eight_bits_differ_by_rounding() -> None:
    exact, rounded = (MiniLMEncoder(chosen).encode([QUESTION, *PASSAGES]) for chosen in ("f32", "int8"))
    assert 0.999 < (exact * rounded).sum(axis=1).min() < 1 - 1e-6


@pytest.mark.parametrize("reader", [SpanReader, DeepReader])
def test_readers_of_eight_bits_read_the_same(reader: type[SpanReader]) -> None:
    exact, rounded = (reader(precision=chosen).read(QUESTION, PASSAGES) for chosen in ("f32", "int8"))
    assert [(span.start, span.end) for span in exact] == [(span.start, span.end) for span in rounded]
    np.testing.assert_allclose([span.margin for span in rounded], [span.margin for span in exact], atol=0.5)


def test_weights_of_eight_bits_are_near_the_exact_ones_and_zeros_stay() -> None:
    from openvino import Model
    from openvino import opset13 as op

    from qa.encoding.runtime import openvino_core

    weights = np.random.default_rng(0).standard_normal((4, 128)).astype(np.float32)
    weights[:, :64] = 0
    model = Model([precision.matrix(op, weights, "int8").output(0)], [], "matrix")
    found = next(iter(openvino_core().compile_model(model, "CPU", precision.settings("f32"))([]).values()))
    assert (found[:, :64] == 0).all()
    np.testing.assert_allclose(found, weights, atol=np.abs(weights).max() / 254 + 1e-6)
