"""The parsers that are fuzzed: all of ours, and none raises an error of its own over what hypothesis makes up."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.targets import PARSERS, run, seeds
from qa.sources import detect
from qa.sources.detect import Format, NotRecognised, recognise

SEEDS = seeds()
pytestmark = pytest.mark.reliability


def test_every_format_and_every_parser_of_a_library_is_fuzzed() -> None:
    assert PARSERS.keys() == SEEDS.keys()
    recognised = set()
    for name in PARSERS:
        with suppress(NotRecognised):
            recognised.add(recognise(SEEDS[name], name).name)
    formats = {value.name for value in vars(detect).values() if isinstance(value, Format)}
    assert formats <= recognised
    assert {"manifest", "pointer", "packed library", "question", "decode", "sentences"} <= PARSERS.keys()


@pytest.mark.parametrize("name", ["manifest", "pointer", "packed library", "question", "decode", "sentences"])
@settings(max_examples=40)
@given(data=st.data())
def test_altered_input_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(SEEDS[name])
    run(PARSERS[name], bytes(content))
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[position] = data.draw(st.integers(0, 255))
    run(PARSERS[name], bytes(content[: data.draw(st.integers(0, len(content)))]))


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(sorted(PARSERS)))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    run(PARSERS[name], content)
