"""Packages that Gradio imports and this page does not use, kept out of memory."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType

_LOOKED_AT = ("__file__", "__warningregistry__")
"""What the standard library asks every module in `sys.modules` for, as `inspect.getmodule` does."""


class _OnFirstUse(ModuleType):
    """Stands for a package until something of it is used."""

    def __getattr__(self, name: str) -> object:
        if name in _LOOKED_AT:
            raise AttributeError(f"{self.__name__} is not imported yet")
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def keep_out_unused_packages(*, mcp: bool) -> None:
    """Spare the memory of what Gradio imports for components that this page does not have; call it before Gradio is.

    pandas takes 42 MB, 68 with pyarrow if that is installed. It is there for data frames and for a summary of run times
    that Gradio computes after every answer unless this number of answers is set; it is still imported if anything else
    uses it. Without matplotlib (25 MB, for plots) and mcp (22 MB) Gradio can do.

    Args:
        mcp: Whether this process needs mcp itself.
    """
    missing = ("matplotlib",) if mcp else ("matplotlib", "mcp")
    for name in missing:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize))
    sys.modules.setdefault("pandas", _OnFirstUse("pandas"))
