"""Compiled networks that are kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from qa.answering import reader as reader_module
from qa.answering.reader import SpanReader
from qa.encoding.compiled import CompiledNetwork, KeptAs, keep_compiled, load_compiled, load_or_compile
from qa.encoding.runtime import openvino_core

SETTINGS = {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": "1"}
VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


def pi() -> Any:
    """The graph of a network that multiplies by pi."""
    from openvino import Model
    from openvino import opset13 as op

    numbers = op.parameter([-1, 3], np.float32, name="numbers")
    return Model([op.multiply(numbers, op.constant(np.float32(np.pi))).output(0)], [numbers], "pi")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of this test alone."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def file() -> Path:
    """A file that keeps a network which multiplies by pi."""
    place = KeptAs(("pi",), ()).file(openvino_core(), SETTINGS)
    assert place is not None
    keep_compiled(openvino_core().compile_model(pi(), "CPU", SETTINGS), place)
    return place


def loaded(file: Path) -> CompiledNetwork | None:
    return load_compiled(openvino_core(), file, SETTINGS)


def output(network: CompiledNetwork) -> Any:
    return next(iter(network.network.create_infer_request().infer([VALUES]).values()))


def test_a_network_that_was_kept_computes_the_same(file: Path) -> None:
    network = loaded(file)
    assert network is not None
    np.testing.assert_array_equal(output(network), VALUES * np.float32(np.pi))
    network.release_memory()
    np.testing.assert_array_equal(output(network), VALUES * np.float32(np.pi))
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_network_is_compiled_once(file: Path) -> None:
    def build() -> NoReturn:
        raise AssertionError("it is kept")

    assert load_or_compile(openvino_core(), build, SETTINGS, file).mapped is not None
    file.unlink()
    with pytest.raises(AssertionError, match="it is kept"):
        load_or_compile(openvino_core(), build, SETTINGS, file)
    kept = load_or_compile(openvino_core(), pi, SETTINGS, file)
    assert kept.mapped is not None and file.exists(), "what it was compiled from is let go of at once"
    assert load_or_compile(openvino_core(), pi, SETTINGS, None).mapped is None


def test_a_network_that_was_not_kept_is_none(cache: Path) -> None:
    assert loaded(cache / "missing.network") is None
    cache.mkdir()
    assert loaded(cache) is None


@pytest.mark.parametrize("damage", ["byte", "cut off", "empty", "digest alone", "another format"])
def test_a_damaged_file_is_not_used(file: Path, damage: str) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    whole = file.read_bytes()
    other = b"no network"
    file.write_bytes(
        {
            "byte": bytes(content),
            "cut off": whole[:-1],
            "empty": b"",
            "digest alone": hashlib.sha256(file.name.encode()).digest(),
            "another format": hashlib.sha256(file.name.encode() + other).digest() + other,
        }[damage]
    )
    assert loaded(file) is None


def test_a_file_in_the_place_of_another_is_not_used(file: Path) -> None:
    place = KeptAs(("tau",), ()).file(openvino_core(), SETTINGS)
    assert place is not None
    assert loaded(file.rename(place)) is None
    assert loaded(place.rename(file)) is not None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of Unix")
def test_a_file_that_others_may_write_is_not_used(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for mode in (0o620, 0o602):
        file.chmod(mode)
        assert loaded(file) is None
    file.chmod(0o600)
    assert loaded(file) is not None
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    assert loaded(file) is None


def test_a_folder_that_cannot_be_written_is_no_error(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.touch()
    keep_compiled(None, cache / "pi.network")  # which is not exported for nothing
    keep_compiled(None, cache / "cache" / "pi.network")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~", "cache"))
    assert KeptAs(("pi",), ()).file(openvino_core(), SETTINGS) is None
    monkeypatch.setattr(os, "fdopen", lambda *_: (tmp_path / "missing").open("rb"))
    keep_compiled(None, tmp_path / "pi.network")
    assert [each.name for each in tmp_path.iterdir()] == ["cache"]


def test_only_the_newest_files_stay(file: Path) -> None:
    for number in range(6):
        old = file.with_name(f"{number}.network")
        old.touch()
        os.utime(old, (number, number))
    network = loaded(file)
    assert network is not None
    keep_compiled(network.network, file)
    newest = {f"{number}.network" for number in range(2, 6)}
    assert {each.name for each in file.parent.iterdir()} == {file.name, *newest}


def test_each_network_has_its_own_file(tmp_path: Path) -> None:
    class Core:
        """Another processor."""

        def get_property(self, *_: str) -> str:
            return "another"

    code = tmp_path / "graph.py"
    code.write_text("1")
    of_code = KeptAs(("a",), (code,))
    files = [
        KeptAs(("a",), ()).file(openvino_core(), SETTINGS),
        KeptAs(("b",), ()).file(openvino_core(), SETTINGS),
        KeptAs(("a",), ()).file(openvino_core(), SETTINGS | {"INFERENCE_PRECISION_HINT": "bf16"}),
        KeptAs(("a",), ()).file(Core(), SETTINGS),
        of_code.file(openvino_core(), SETTINGS),
    ]
    code.write_text("2")
    files += [of_code.file(openvino_core(), SETTINGS), of_code.with_code(code).file(openvino_core(), SETTINGS)]
    assert len(set(files)) == len(files) and None not in files
    assert KeptAs(("a",), (tmp_path / "missing.py",)).file(openvino_core(), SETTINGS) is None


def test_the_reader_is_loaded_compiled_and_reads_the_same(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passages = ["The lenses are ground in Solms.", "It rains. " * 30, "Made by hand in 1954, says Jane Doe."]
    first = SpanReader().read_sentences("Where are the lenses ground?", passages)
    assert len(list(cache.iterdir())) == 1

    def unread(*_: object) -> None:
        raise AssertionError("the weights are not needed")

    monkeypatch.setattr(reader_module, "_own_weights", unread)
    assert SpanReader().read_sentences("Where are the lenses ground?", passages) == first
