"""Print the public names of all modules of zmq, as JSON; or what lacks of such a list.

list_names.py | list_names.py missing
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import warnings
from types import ModuleType


def modules_of(package: ModuleType) -> list[str]:
    """Return the names of all modules of a package."""
    inside = pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=lambda name: None)
    return [package.__name__, *(module.name for module in inside if not module.name.endswith("__main__"))]


def names_of(module: ModuleType) -> list[str]:
    """Return the public names of a module: what it lists, or else what it makes."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return [name for name in listed if hasattr(module, name)]
    return [name for name, value in vars(module).items() if name[0] != "_" and is_made_in(module, value)]


def is_made_in(module: ModuleType, value: object) -> bool:
    """Tell whether a value of a module is its own, not an imported one."""
    return getattr(value, "__module__", None) == module.__name__


def module_named(name: str) -> ModuleType | None:
    """Import a module; return None if it cannot be."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def everything() -> dict[str, list[str]]:
    """Return the public names of each module of zmq that can be imported."""
    modules = {name: module_named(name) for name in modules_of(importlib.import_module("zmq"))}
    return {name: names_of(module) for name, module in modules.items() if module is not None}


def missing(wanted: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what lacks of a list; of a module that is not there, its own name."""
    found = {}
    for name, names in wanted.items():
        module = module_named(name)
        found[name] = [name] if module is None else [each for each in names if not hasattr(module, each)]
    return {name: names for name, names in found.items() if names}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(missing(json.load(sys.stdin)) if "missing" in sys.argv else everything()))
