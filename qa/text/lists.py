"""Lists in a text: with bullets or numbers before their items, or without marks, one item a line."""

from __future__ import annotations

from collections.abc import Sequence

from qa.text.sentences import FEWEST_LINES, Break, Sentence, begins_an_item, begins_an_unmarked_item


def list_at(text: str, sentences: Sequence[Sentence], index: int) -> range:
    """The indices of the sentences of the list that sentence `index` is in or leads into; empty if there is none."""
    leads_in = index + 1 < len(sentences) and text[sentences[index].start : sentences[index].end].endswith(":")
    return next(
        (
            found
            for place in (index, index + 1)[: 1 + leads_in]
            if (found := _list_around(text, sentences, place) or _lines_around(text, sentences, place))
        ),
        range(0),
    )


def _list_around(text: str, sentences: Sequence[Sentence], index: int) -> range:
    """The indices of the sentences of the list that sentence `index` is in; empty if it is in none."""
    begins = [begins_an_item(text, sentence) for sentence in sentences]
    first = _item_start(text, sentences, begins, index)
    if not begins[first]:
        return range(0)
    last = max(index, first)
    while first > 0 and begins[previous := _item_start(text, sentences, begins, first - 1)]:
        first = previous
    indent = _indent(text, sentences[first])
    while last + 1 < len(sentences) and (
        begins[last + 1] or not sentences[last + 1].begins_a_line or _indent(text, sentences[last + 1]) > indent
    ):
        last += 1
    return range(first, last + 1) if sum(begins[first : last + 1]) > 1 else range(0)


def _lines_around(text: str, sentences: Sequence[Sentence], index: int) -> range:
    """The indices of the lines of the list without marks that sentence `index` is in; empty if it is in none."""

    def is_item(number: int) -> bool:
        return begins_an_unmarked_item(text, sentences[number])

    first = last = index
    while first > 0 and sentences[first].after is Break.LINE and is_item(first - 1):
        first -= 1
    while last + 1 < len(sentences) and sentences[last + 1].after is Break.LINE and is_item(last + 1):
        last += 1
    return range(first, last + 1) if is_item(index) and last - first + 1 >= FEWEST_LINES else range(0)


def _indent(text: str, sentence: Sentence) -> int:
    """How far a sentence that begins a line is indented."""
    line = max(text.rfind("\n", 0, sentence.start), text.rfind("\r", 0, sentence.start)) + 1
    return sentence.start - line


def _item_start(text: str, sentences: Sequence[Sentence], begins_item: Sequence[bool], index: int) -> int:
    """The index of the first sentence of the list item that contains sentence `index`; of its line if none does.

    An item goes on in lines that are indented, if it is indented less itself.
    """
    line = index
    while line > 0 and not begins_item[line] and not sentences[line].begins_a_line:
        line -= 1
    item = line
    while item > 0 and not begins_item[item] and (not sentences[item].begins_a_line or _indent(text, sentences[item])):
        item -= 1
    goes_on = begins_item[item] and _indent(text, sentences[item]) < _indent(text, sentences[line])
    return item if goes_on else line
