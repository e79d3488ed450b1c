"""ZEROWIRE_PURE=1: run the Python files, even where compiled modules lie beside them."""

from __future__ import annotations

import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

PACKAGE = Path(__file__).parent


def find_sources(path: str) -> FileFinder:
    """Find modules of this package, but no extension modules. A hook for sys.path_hooks.

    Raises:
        ImportError: The folder is none of ours, so that other finders look there.
    """
    if not Path(path).is_relative_to(PACKAGE):
        raise ImportError("not a folder of zerowire", path=path)
    return FileFinder(path, (SourceFileLoader, SOURCE_SUFFIXES))


if os.environ.get("ZEROWIRE_PURE"):
    sys.path_hooks.insert(0, find_sources)
    for folder in [path for path in sys.path_importer_cache if Path(path).is_relative_to(PACKAGE)]:
        del sys.path_importer_cache[folder]
