"""The reader's network: all-MiniLM-L6-v2 with frozen embeddings and a head of three outputs per token.

They are how well an answer starts at the token, how well one ends there, and the log-odds that the token's sentence
answers; the last is, at [CLS], the log-odds that the passage does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel
from transformers.utils import logging as transformers_logging

from qa.encoding import minilm_files
from training import attention

LOWEST = torch.finfo(torch.float32).min
NULL = 0  # the position of [CLS], which a passage without an answer points to


class SpanNetwork(nn.Module, ABC):
    """A network with a head: start, end and evidence logits for every token."""

    qa_outputs: nn.Linear

    @abstractmethod
    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """The last hidden states of the tokens, shape (batch, length, width)."""

    @abstractmethod
    def word_embeddings(self) -> Tensor:
        """The word embeddings of the base model, one per row."""

    def begin_step(self, step: int) -> None:
        """Prepare for a step of training; most networks need not."""

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Logits of shape (batch, length, 3); padding gets the lowest value."""
        logits: Tensor = self.qa_outputs(self.hidden(ids, types, mask)).float()
        return logits.masked_fill(mask.unsqueeze(-1) == 0, LOWEST)

    def trained(self) -> dict[str, Tensor]:
        """The weights that differ from the base model, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def load_trained(self, weights: dict[str, Tensor]) -> None:
        """Set the trained weights; raises ValueError unless `weights` has exactly these.

        A head of two outputs, as readers had before they judged evidence, leaves the third untrained.
        """
        own = self.trained()
        if own.keys() != weights.keys():
            raise ValueError(f"weights do not fit this network: {sorted(own.keys() ^ weights.keys())[:4]}")
        with torch.no_grad():
            for name, value in own.items():
                value[: len(weights[name])].copy_(weights[name])


class ReaderNetwork(SpanNetwork):
    """The network that ships; dropout only after the frozen embeddings, which is cheap."""

    def __init__(self, base: Path | None = None, dropout: float = 0.1) -> None:
        """Load the base model.

        Args:
            base: Its folder; None for that of the installed package.
            dropout: After the embeddings.
        """
        super().__init__()
        silence_transformers()
        attention.register()
        self.bert = BertModel.from_pretrained(
            base or minilm_files.folder(),
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="sdpa" if torch.cuda.is_available() else attention.PLAIN,
        )
        self.bert.embeddings.requires_grad_(False)
        self.bert.embeddings.dropout = nn.Dropout(dropout)
        self.qa_outputs = untrained_head(self.bert.config.hidden_size)

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        found: Tensor = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        return found

    def word_embeddings(self) -> Tensor:
        return self.bert.embeddings.word_embeddings.weight.detach()


def untrained_head(width: int) -> nn.Linear:
    """The head before training."""
    outputs = nn.Linear(width, 3)
    nn.init.normal_(outputs.weight, std=0.02)
    nn.init.zeros_(outputs.bias)
    return outputs


def silence_transformers() -> None:
    """Keep transformers from warning that a base model's pooler is not loaded, which is on purpose."""
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def special_tokens(tokenizer: Tokenizer) -> tuple[int, int]:
    """The ids of [CLS] and [SEP]."""
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if cls is None or sep is None:
        raise ValueError("the tokenizer has no [CLS] or no [SEP]: use the base model's tokenizer")
    return cls, sep


def save_weights(weights: dict[str, Tensor], path: Path, dtype: torch.dtype = torch.float32) -> None:
    """Write the weights as safetensors."""
    save_file({name: value.detach().to(dtype).contiguous() for name, value in weights.items()}, str(path))


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read weights that `save_weights` wrote."""
    return load_file(str(path))
