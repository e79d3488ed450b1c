"""zerowire: say which version this is, and which form of it is running."""

from __future__ import annotations

import sys

from zerowire.api.library import build_info
from zerowire.version import __version__


def report() -> None:
    """Print what a report of a fault should contain."""
    build = build_info()
    python = ".".join(map(str, sys.version_info[:3]))
    form = "compiled" if build["compiled"] else "plain Python"
    print(f"ZeroWire {__version__} on Python {python}: {form}")
    if build["pure"]:
        print("ZEROWIRE_PURE is set: compiled modules are left alone")
    for name in build["modules"]:
        print(f"  {name}")
