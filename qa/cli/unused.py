"""Packages that Gradio imports and the page does not use, kept out of memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

_LOOKED_AT = ("__file__", "__warningregistry__")
"""What the standard library asks every module in `sys.modules` for, as `inspect.getmodule` does."""


class _OnFirstUse(ModuleType):
    """Stands for a package until something of it is used; others look at its spec before they import it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = find_spec(name)

    def __getattr__(self, name: str) -> object:
        if name in _LOOKED_AT:
            raise AttributeError(f"{self.__name__} is not imported yet")
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def without_unused_packages() -> Iterator[None]:
    """Import Gradio in this block without what it imports for components that the page does not have.

    pandas takes 42 MB, 68 with pyarrow if that is installed. It is there for data frames and for a summary of run times
    that the page does without; it is imported when something of it is used. Without mcp (22 MB) Gradio can be imported,
    and afterwards mcp can be too. Without matplotlib (25 MB, for plots, around every answer) it can do for good.
    """
    sys.modules.setdefault("matplotlib", None)  # type: ignore[arg-type]
    if "pandas" not in sys.modules:
        sys.modules["pandas"] = _OnFirstUse("pandas")
    hidden = "mcp" not in sys.modules
    if hidden:
        sys.modules["mcp"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules["mcp"]
