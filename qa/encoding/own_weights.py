"""The weights that come with this package, each checked by its hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from qa.encoding.mapped_weights import Weights, map_file, tensors_in
from qa.errors import ModelError


def read_own_weights(path: Path, sha256: str, owner: str, without: str) -> Weights:
    """Read a safetensors file, its tensors in the precision that they are kept in.

    Args:
        path: The file.
        sha256: Its hash.
        owner: Whose weights they are, as an error names them.
        without: How to do without them.

    Raises:
        ModelError: It cannot be read, or its hash is another.
    """
    try:
        with path.open("rb") as stream:
            mapped = map_file(stream)
    except (OSError, ValueError) as error:  # ValueError if the file is empty
        reason = error.strerror if isinstance(error, OSError) else error
        raise ModelError(
            f"cannot read the {owner}'s weights {path.name!r}: {reason}; install again, or {without}"
        ) from error
    digest = hashlib.sha256(mapped).hexdigest()
    if digest != sha256:
        raise ModelError(
            f"the {owner}'s weights {path.name!r} have the hash {digest[:12]}…, not {sha256[:12]}…; install again, "
            f"or {without}"
        )
    return tensors_in(mapped)
