"""A larger network to learn from: all-mpnet-base-v2, 12 layers, trained as the reader is and shipped nowhere.

Its words are the reader's under other numbers, so both see the same windows and their logits stand at the same tokens.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn
from transformers import MPNetModel

from training.model import SpanNetwork, head, load_quietly

CLS, PADDING, SEP = 0, 1, 2
OFFSET = 4  # of every other word's number
READER_CLS, READER_SEP = 101, 102
FROZEN_LAYERS = 3


class Teacher(SpanNetwork):
    """Start and end logits; the embeddings and the lowest layers stay as they are, which spares a quarter of a step."""

    def __init__(self, base: Path, dropout: float = 0.1) -> None:
        super().__init__()
        load_quietly()
        self.mpnet = MPNetModel.from_pretrained(
            base, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        self.mpnet.embeddings.requires_grad_(False)
        self.mpnet.embeddings.dropout = nn.Dropout(dropout)
        self.mpnet.encoder.relative_attention_bias.requires_grad_(False)
        self.mpnet.encoder.layer[:FROZEN_LAYERS].requires_grad_(False)
        self.qa_outputs = head(self.mpnet.config.hidden_size)

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG002 - it knows no types
        found: Tensor = self.mpnet(input_ids=renumbered(ids, mask), attention_mask=mask).last_hidden_state
        return found

    def word_embeddings(self) -> Tensor:
        return self.mpnet.embeddings.word_embeddings.weight.detach()[OFFSET:]


def renumbered(ids: Tensor, mask: Tensor) -> Tensor:
    """The reader's tokens by the teacher's numbers.

    >>> import torch
    >>> renumbered(torch.tensor([[101, 2040, 102, 0]]), torch.tensor([[1, 1, 1, 0]])).tolist()
    [[0, 2044, 2, 1]]
    """
    found = ids + OFFSET
    found = found.masked_fill(ids == READER_CLS, CLS).masked_fill(ids == READER_SEP, SEP)
    return found.masked_fill(mask == 0, PADDING)
