"""A larger network to learn from: all-mpnet-base-v2, 12 layers, trained like the reader and not shipped.

Its vocabulary is the reader's with other ids, so both see the same windows, and their logits belong to the same tokens.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn
from transformers import MPNetModel

from training.model import SpanNetwork, silence_transformers, untrained_head

CLS, PADDING, SEP = 0, 1, 2
OFFSET = 4  # added to the id of every other word
READER_CLS, READER_SEP = 101, 102
FROZEN_LAYERS = 3


class Teacher(SpanNetwork):
    """The teacher's network; its embeddings are frozen, and its lowest layers, which saves a quarter of a step."""

    def __init__(self, base: Path, dropout: float = 0.1, frozen_layers: int = FROZEN_LAYERS) -> None:
        super().__init__()
        silence_transformers()
        self.mpnet = MPNetModel.from_pretrained(
            base, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        self.mpnet.embeddings.requires_grad_(False)
        self.mpnet.embeddings.dropout = nn.Dropout(dropout)
        self.mpnet.encoder.relative_attention_bias.requires_grad_(False)
        self.mpnet.encoder.layer[:frozen_layers].requires_grad_(False)
        self.qa_outputs = untrained_head(self.mpnet.config.hidden_size)

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG002 — MPNet has no token types
        found: Tensor = self.mpnet(input_ids=renumbered(ids, mask), attention_mask=mask).last_hidden_state
        return found

    def word_embeddings(self) -> Tensor:
        return self.mpnet.embeddings.word_embeddings.weight.detach()[OFFSET:]


def renumbered(ids: Tensor, mask: Tensor) -> Tensor:
    """The reader's token ids as the teacher's.

    >>> import torch
    >>> renumbered(torch.tensor([[101, 2040, 102, 0]]), torch.tensor([[1, 1, 1, 0]])).tolist()
    [[0, 2044, 2, 1]]
    """
    found = ids + OFFSET
    found = found.masked_fill(ids == READER_CLS, CLS).masked_fill(ids == READER_SEP, SEP)
    return found.masked_fill(mask == 0, PADDING)
