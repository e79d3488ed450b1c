"""Modules, and names of them, that are loaded when they are first needed.

A package says which of its modules these are:

    if TYPE_CHECKING:
        from zerowire.engine import session as session
    else:
        __getattr__ = later(__name__, "session")

and whoever needs one asks for it as `engine.session`, never with an import of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from errno import EIO, EMFILE, ENFILE
from importlib import import_module
from types import ModuleType
from typing import Any

from zerowire.error import strerror, zmq_error


def later(package: str, *names: str) -> Callable[[str], ModuleType]:
    """Return the __getattr__ of a package that loads these modules when they are asked for.

    It raises ZMQError when a file cannot be read: EMFILE, when the process has no descriptors left.
    """

    def load(name: str) -> ModuleType:
        if name in names:
            return read(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return load


def later_names(package: str, homes: dict[str, str]) -> Callable[[str], Any]:
    """Return the __getattr__ of a package that takes these names from their modules when asked."""

    def load(name: str) -> Any:
        if name in homes:
            value = vars(sys.modules[package])[name] = getattr(read(homes[name]), name)
            return value
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return load


def read(name: str) -> ModuleType:
    """Import a module; whoever asks for a socket or an endpoint meets no other error than theirs."""
    try:
        return import_module(name)
    except OSError as error:
        raise zmq_error(error.errno or EIO, f"{name} cannot be loaded: {error}") from error
    except ImportError as error:  # a compiled module is opened by the system's loader, which has only words
        for number in (EMFILE, ENFILE):
            if strerror(number) in str(error):
                raise zmq_error(number, f"{name} cannot be loaded: {error}") from error
        raise
