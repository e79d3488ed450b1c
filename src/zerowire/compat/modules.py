"""Gives pyzmq's modules to Python's import, made of ours.

A module that we have under another name is one object under both names. Its __name__ and
__spec__ stay what they are here: that is how pickle and reload() find it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.abc import InspectLoader, Loader
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import CodeType, ModuleType
from typing import Any

from zerowire.compat.layout import ADDED, ELSEWHERE, LOADED, MODULES, NAMES


def spec_of(name: str) -> ModuleSpec | None:
    """Return how to load a module of pyzmq, zmq or zmq.x; None if there is none here."""
    if name in NAMES:
        return ModuleSpec(name, Gathered(NAMES[name]), is_package=any(modules_in(name)))
    real = find_spec(MODULES.get(name) or "zerowire" + name.removeprefix("zmq"))
    if real is None:
        return None
    is_package = real.submodule_search_locations is not None
    return ModuleSpec(name, Renamed(real), origin=real.origin, is_package=is_package)


def modules_in(package: str) -> Iterable[str]:
    """Return the modules of a package that only pyzmq's layout has."""
    return (name for name in (*NAMES, *MODULES) if name.rpartition(".")[0] == package)


def value_of(name: str) -> Any:
    """Return what pyzmq means by a name."""
    return getattr(import_module(ELSEWHERE.get(name, "zerowire")), name)


class Gathered(Loader):
    """Loads a module that consists of names; a package brings its modules with it."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        vars(module).update((name, value_of(name)) for name in self._names)
        vars(module)["__all__"] = list(self._names)
        for name in modules_in(module.__name__):
            import_module(name)


class Renamed(InspectLoader):
    """Loads a module of ours under another name."""

    def __init__(self, real: ModuleSpec) -> None:
        self._real = real

    def exec_module(self, module: ModuleType) -> None:
        """Put ours in the place of the new one, as the import system lets modules do."""
        real = import_module(self._real.name)
        sys.modules[module.__name__] = real
        vars(real).update((name, value_of(name)) for name in ADDED.get(module.__name__, ()))
        if module.__name__ == "zmq":
            for name in LOADED:
                import_module(name)

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code, for `python -m`."""
        loader = self._real.loader
        return loader.get_code(self._real.name) if isinstance(loader, InspectLoader) else None

    def get_source(self, fullname: str) -> str | None:
        """Return the text, for tracebacks."""
        loader = self._real.loader
        return loader.get_source(self._real.name) if isinstance(loader, InspectLoader) else None

    def is_package(self, fullname: str) -> bool:
        """Tell whether it has modules of its own."""
        return self._real.submodule_search_locations is not None
