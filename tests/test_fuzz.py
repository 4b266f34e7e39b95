"""The parsers that are fuzzed: all of ours, and none raises an error of its own over what hypothesis makes up."""

from __future__ import annotations

import io
import zipfile
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


def test_a_zip_file_may_have_a_member_without_a_name() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x", "A word.")
    content = buffer.getvalue()
    directory = content.index(b"PK\x01\x02")
    length = directory + 28  # of the name, in the member's entry
    nameless = bytearray(content[: directory + 46] + content[directory + 47 :])
    nameless[length] = 0
    end = nameless.index(b"PK\x05\x06")
    nameless[end + 12 : end + 16] = (end - directory).to_bytes(4, "little")
    run(PARSERS["notes.zip"], bytes(nameless))


@pytest.mark.parametrize("name", ["letter.odt", "book.epub", "letter.docx", "notes.zip"])
def test_a_zip_file_may_say_that_its_members_lie_before_its_beginning(name: str) -> None:
    content = bytearray(SEEDS[name])
    place = content.rindex(b"PK\x05\x06") + 16  # of the directory's offset
    content[place : place + 4] = (int.from_bytes(content[place : place + 4], "little") + 700).to_bytes(4, "little")
    run(PARSERS[name], bytes(content))


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(sorted(PARSERS)))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    run(PARSERS[name], content)
