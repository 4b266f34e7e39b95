"""The network's batches: every text once, and little padding."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.encoding.network import _batches


@given(st.lists(st.integers(0, 256), max_size=80))
def test_every_text_is_in_one_batch_of_texts_of_similar_length(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(text for batch in batches for text in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[text] for text in batch)
        padding = padded - sum(lengths[text] for text in batch)
        assert padded <= 2048 and padding <= max(32, 0.05 * padded)


def test_the_candidates_of_a_question_are_padded_little_in_few_batches() -> None:
    batches = list(_batches([152, 150, 131, 108, 104, 61, 60, 24]))
    assert [len(batch) for batch in batches] == [3, 2, 2, 1]


def test_texts_of_one_length_share_batches() -> None:
    assert [len(batch) for batch in _batches([128] * 40)] == [16, 16, 8]
    assert [len(batch) for batch in _batches([3000, 3000])] == [1, 1]
