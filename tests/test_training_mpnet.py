"""The larger network: that of transformers, and its weights of four bits as the product computes with them."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
