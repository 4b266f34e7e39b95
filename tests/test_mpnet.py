"""MPNet: the network to train is that of transformers, and the one that runs computes the same with its four bits."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional
from transformers import MPNetConfig, MPNetModel

from qa.answering.deep_reader import DeepReader
from qa.answering.reader import span_head
from qa.encoding import mpnet
from qa.encoding.own_weights import read_own_weights
from qa.errors import ModelError
from training.four_bits import codes_and_scales, packed, rounding
from training.mpnet import ROUNDED_EVERY, MPNetReader, renumbered

IDS = torch.tensor([[101, 2040, 2003, 102, 2002, 2003, 1012, 102], [101, 2040, 102, 2002, 102, 0, 0, 0]])
MASK = (IDS != 0).long()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("mpnet")
    config = MPNetConfig(hidden_size=64, num_attention_heads=2, num_hidden_layers=2, intermediate_size=128)
    MPNetModel(config).save_pretrained(folder)
    return folder


def test_the_network_to_train_is_that_of_transformers(base: Path) -> None:
    theirs = MPNetModel.from_pretrained(base).eval()  # type: ignore[no-untyped-call]
    expected = theirs(input_ids=renumbered(IDS, MASK), attention_mask=MASK).last_hidden_state
    torch.testing.assert_close(
        MPNetReader(base).eval().hidden(IDS, IDS, MASK)[MASK > 0], expected[MASK > 0], atol=1e-5, rtol=1e-4
    )


def test_distances_of_tokens_have_the_buckets_of_transformers(base: Path) -> None:
    encoder = MPNetModel.from_pretrained(base).encoder
    place = torch.arange(256)
    expected = encoder.relative_position_bucket(place[None, :] - place[:, None], 32)  # type: ignore[no-untyped-call]
    assert (mpnet.position_buckets(256) == expected.numpy()).all()


def test_what_runs_computes_what_was_trained(base: Path, tmp_path: Path) -> None:
    trained = MPNetReader(base, four_bits=True).eval()
    save_file(packed(trained.state_dict()), str(tmp_path / "weights"))
    digest = hashlib.sha256((tmp_path / "weights").read_bytes()).hexdigest()
    weights = read_own_weights(tmp_path / "weights", digest, "deeper reader", "do without")
    network = mpnet.MPNetNetwork(weights, lambda _: mpnet.graph(weights, span_head(weights)), "f32")
    expected = trained(IDS, IDS, MASK)
    seen = 0
    for rows, output in network.run([ids[mask > 0].tolist() for ids, mask in zip(IDS, MASK, strict=True)]):
        assert len(rows) * output.shape[1] >= network.fewest_tokens > 1  # padded, and yet the same
        for row, found in zip(rows, output, strict=True):
            length = int(MASK[row].sum())
            np.testing.assert_allclose(found[:length], expected[row, :length].detach(), atol=2e-3)
            seen += length
    assert seen == MASK.sum()


def as_rounded(weight: Tensor) -> Tensor:
    return weight + rounding(weight)


def test_a_matrix_of_four_bits_is_near_the_matrix_and_trains_it() -> None:
    weight = torch.randn(5, 128, requires_grad=True)
    rounded = as_rounded(weight)
    codes, scales = codes_and_scales(weight.detach())
    assert codes.min() >= 0 and codes.max() <= 15 and scales.shape == (5, 2)
    step = scales.float().abs().repeat_interleave(64, dim=1)
    assert ((rounded - weight).abs() <= 1.01 * step).all() and not torch.equal(rounded, weight)
    rounded.sum().backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None and (weight.grad == 1).all()
    assert torch.equal(rounding(torch.zeros(2, 64)), torch.zeros(2, 64))


def test_weights_are_rounded_every_few_steps_and_at_every_reading(base: Path) -> None:
    network = MPNetReader(base, dropout=0.0, four_bits=True).train()
    matrix = network.get_submodule("encoder.layer.1.output.dense")
    assert isinstance(matrix, torch.nn.Linear)
    x = torch.randn(1, 128)

    def computed() -> Tensor:
        found: Tensor = matrix(x)
        return found

    network.begin_step(0)
    before = computed()
    with torch.no_grad():
        matrix.weight.mul_(3.0)
    network.begin_step(1)
    assert not torch.allclose(computed(), functional.linear(x, as_rounded(matrix.weight), matrix.bias))
    network.begin_step(ROUNDED_EVERY)
    torch.testing.assert_close(computed(), functional.linear(x, as_rounded(matrix.weight), matrix.bias))
    assert not torch.allclose(computed(), before)
    with torch.no_grad():
        matrix.weight.mul_(3.0)
    network.eval()
    torch.testing.assert_close(computed(), functional.linear(x, as_rounded(matrix.weight), matrix.bias))


def test_packed_rows_are_unpacked_as_they_were_rounded() -> None:
    weight = torch.randn(7, 192)
    both = packed({"embeddings.word_embeddings.weight": weight})
    found = mpnet.unpacked(*(both[f"embeddings.word_embeddings.weight.{part}"].numpy() for part in ("codes", "scales")))
    np.testing.assert_allclose(found, as_rounded(weight), atol=1e-6)


def test_damaged_or_missing_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / "deep.safetensors").write_bytes(b"other")
    with pytest.raises(ModelError, match=r"'deep\.safetensors' have the hash .*install again, or .*CLOSE_READING=off"):
        DeepReader(tmp_path / "deep.safetensors").read("Where?", ["Here."])
    with pytest.raises(ModelError, match=r"cannot read the deeper reader's weights 'none'"):
        DeepReader(tmp_path / "none").read("Where?", ["Here."])
