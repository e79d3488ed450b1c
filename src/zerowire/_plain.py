"""ZEROWIRE_PURE=1: run the Python files, even where compiled modules lie beside them.

The package imports this first if it is asked to, and otherwise not at all.
"""

from __future__ import annotations

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


sys.path_hooks.insert(0, find_sources)
for folder in [path for path in sys.path_importer_cache if Path(path).is_relative_to(PACKAGE)]:
    del sys.path_importer_cache[folder]
