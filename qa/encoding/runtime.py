"""OpenVINO, which computes the networks."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from qa.encoding.once import Once

_CONVERTER = "openvino.tools.ovc"


@Once
def openvino_core() -> Any:
    """OpenVINO's runtime."""
    return _import_openvino().Core()


def use_one_thread() -> None:
    """Compute every network that is loaded from now on with one thread, in a process that is one of many."""
    openvino_core().set_property("CPU", {"INFERENCE_NUM_THREADS": 1})


def _import_openvino() -> ModuleType:
    """Import openvino without its model converter, whose import sends telemetry to a server.

    openvino can be imported without the converter if that is missing, so it is made to look missing during the import.
    A program that uses `openvino.convert_model` alongside this library still gets it: it is imported on first use.
    """
    hidden = "openvino" not in sys.modules and _CONVERTER not in sys.modules
    if hidden:
        sys.modules[_CONVERTER] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        if hidden:
            sys.modules.pop(_CONVERTER, None)
    if "convert_model" not in vars(openvino):
        vars(openvino)["__getattr__"] = _converter_on_first_use
    module: ModuleType = openvino
    return module


def _converter_on_first_use(name: str) -> Any:
    """The `__getattr__` (PEP 562) of an openvino that was imported without its converter."""
    if name != "convert_model":
        raise AttributeError(f"module 'openvino' has no attribute {name!r}")
    return import_module(_CONVERTER).convert_model
