"""The warning about texts that the default model was not made for."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.encoding import minilm_files
from qa.library import language_check, new_source
from qa.text.language import language_of

GERMAN = qa.Thread.from_text(
    "Die Objektive werden in Solms von Hand gefertigt, geschliffen und geprüft. " * 3, title="D"
)
ENGLISH = qa.Thread.from_text("Lenses are made by hand in a small town in Germany. " * 3, title="E")


def test_only_the_default_model_warns_about_texts_in_another_language() -> None:
    assert language_of(GERMAN.text) == "de"
    with pytest.warns(
        qa.LanguageWarning, match=r"'b' \(de\): not in English.*--model paraphrase-multilingual"
    ) as warned:
        message = language_check.warn_of_foreign_texts({"a": "en", "b": "de"}, minilm_files.NAME)
    assert [str(warning.message) for warning in warned] == [message]
    assert language_check.warn_of_foreign_texts({"b": "de"}, "another-model") is None
    assert language_check.warn_of_foreign_texts({"a": "en", "c": None}, minilm_files.NAME) is None


def test_the_language_of_a_text_is_identified_once_per_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Default(FakeEncoder):
        name = minilm_files.NAME

    identified: list[str] = []

    def recording_language_of(text: str) -> str | None:
        identified.append(text)
        return language_of(text)

    monkeypatch.setattr(new_source, "language_of", recording_language_of)
    with pytest.warns(qa.LanguageWarning) as warned:
        library = qa.build([ENGLISH, GERMAN], tmp_path / "l", encoder=Default())
    assert library.language_warning == str(warned[0].message)
    with pytest.warns(qa.LanguageWarning):
        library.add([GERMAN])
    library.add([ENGLISH])
    assert library.language_warning is None
    assert identified == [ENGLISH.text, GERMAN.text, GERMAN.text, ENGLISH.text]
