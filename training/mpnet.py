"""A larger network: all-mpnet-base-v2, 12 layers, trained like the reader. It teaches it, and is the deeper reader.

Its vocabulary is the reader's with other ids, so both see the same windows, and their logits belong to the same tokens.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from qa.encoding.mpnet import position_buckets
from training.four_bits import rounding
from training.model import LOWEST, SpanNetwork, load_weights, untrained_head

CLS, PADDING, SEP = 0, 1, 2
OFFSET = 4  # added to the id of every other word
READER_CLS, READER_SEP = 101, 102
FROZEN_LAYERS = 3
ROUNDED_EVERY = 8  # steps, since rounding 85 million weights takes a fifth of a step on two cores


class MPNetReader(SpanNetwork):
    """The network; its embeddings are frozen, and on a processor its lowest layers, which saves a quarter of a step.

    The weights are named as those of transformers' MPNetModel.
    """

    def __init__(
        self, base: Path, dropout: float = 0.1, frozen_layers: int = FROZEN_LAYERS, *, four_bits: bool = False
    ) -> None:
        """Load the base model.

        Args:
            base: Its folder.
            dropout: After the embeddings.
            frozen_layers: How many of the lowest layers are not trained.
            four_bits: Whether it computes with matrices that are rounded to four bits, as the deeper reader does; the
                gradients are those of the matrices before (Bengio et al.: Estimating or Propagating Gradients, 2013).
        """
        super().__init__()
        config = json.loads((base / "config.json").read_text(encoding="utf-8"))
        self.embeddings = _Embeddings(config)
        self.encoder = _Encoder(config)
        weights = {
            name: value
            for name, value in load_weights(base / "model.safetensors").items()
            if not name.startswith("pooler.") and name != "embeddings.position_ids"
        }
        self.load_state_dict({name: value.float() for name, value in weights.items()})
        self.qa_outputs = untrained_head(config["hidden_size"])
        self.embeddings.requires_grad_(False)
        self.encoder.relative_attention_bias.requires_grad_(False)
        self.encoder.layer[:frozen_layers].requires_grad_(False)
        self._dropout = nn.Dropout(dropout)
        self.four_bits = four_bits
        if four_bits:
            words = self.embeddings.word_embeddings.weight
            words.data.add_(rounding(words.data))
            for module in self.modules():
                if isinstance(module, _Linear):
                    module.four_bits = True

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG002 — MPNet has no token types
        x = self._dropout(self.embeddings(renumbered(ids, mask)))
        buckets = torch.from_numpy(position_buckets(ids.shape[1])).to(ids.device)
        bias = self.encoder.relative_attention_bias(buckets).permute(2, 0, 1)
        bias = bias + (mask[:, None, None, :] == 0) * LOWEST / 2
        bias = bias.to(torch.get_autocast_dtype(x.device.type) if torch.is_autocast_enabled(x.device.type) else x.dtype)
        hidden: Tensor = x
        for layer in self.encoder.layer:
            hidden = layer(hidden, bias)
        return hidden

    def begin_step(self, step: int) -> None:
        if step % ROUNDED_EVERY == 0:
            for module in self.modules():
                if isinstance(module, _Linear):
                    module.rounding = None

    def word_embeddings(self) -> Tensor:
        return self.embeddings.word_embeddings.weight.detach()[OFFSET:]


class _Linear(nn.Linear):
    four_bits = False
    rounding: Tensor | None = None  # of the weights of an earlier step

    def forward(self, x: Tensor) -> Tensor:
        if not self.four_bits:
            return super().forward(x)
        if self.rounding is None or not self.training:
            self.rounding = rounding(self.weight)
        return functional.linear(x, self.weight + self.rounding, self.bias)


class _Embeddings(nn.Module):
    def __init__(self, config: dict[str, int]) -> None:
        super().__init__()
        width = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], width)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], width)
        self.LayerNorm = nn.LayerNorm(width, eps=config["layer_norm_eps"])

    def forward(self, numbers: Tensor) -> Tensor:
        positions = self.position_embeddings.weight[PADDING + 1 : PADDING + 1 + numbers.shape[1]]
        embedded: Tensor = self.LayerNorm(self.word_embeddings(numbers) + positions)
        return embedded


class _Encoder(nn.Module):
    def __init__(self, config: dict[str, int]) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(config) for _ in range(config["num_hidden_layers"]))
        self.relative_attention_bias = nn.Embedding(
            config["relative_attention_num_buckets"], config["num_attention_heads"]
        )


class _Projections(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (_Linear(width, width) for _ in range(4))


class _Attention(nn.Module):
    def __init__(self, config: dict[str, int]) -> None:
        super().__init__()
        self.attn = _Projections(config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])
        self._heads = config["num_attention_heads"]

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        shape = (*x.shape[:2], self._heads, -1)
        query, key, value = (part(x).view(shape).transpose(1, 2) for part in (self.attn.q, self.attn.k, self.attn.v))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        attended: Tensor = self.LayerNorm(x + self.attn.o(mixed.transpose(1, 2).reshape(x.shape)))
        return attended


class _Dense(nn.Module):
    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.dense = _Linear(width_in, width_out)


class _Output(_Dense):
    def __init__(self, width_in: int, width_out: int, epsilon: float) -> None:
        super().__init__(width_in, width_out)
        self.LayerNorm = nn.LayerNorm(width_out, eps=epsilon)


class _Layer(nn.Module):
    def __init__(self, config: dict[str, int]) -> None:
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.attention = _Attention(config)
        self.intermediate = _Dense(width, inner)
        self.output = _Output(inner, width, config["layer_norm_eps"])

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        x = self.attention(x, bias)
        inner = functional.gelu(self.intermediate.dense(x))
        out: Tensor = self.output.LayerNorm(x + self.output.dense(inner))
        return out


def renumbered(ids: Tensor, mask: Tensor) -> Tensor:
    """The reader's token ids as this network's.

    >>> import torch
    >>> renumbered(torch.tensor([[101, 2040, 102, 0]]), torch.tensor([[1, 1, 1, 0]])).tolist()
    [[0, 2044, 2, 1]]
    """
    found = ids + OFFSET
    found = found.masked_fill(ids == READER_CLS, CLS).masked_fill(ids == READER_SEP, SEP)
    return found.masked_fill(mask == 0, PADDING)
