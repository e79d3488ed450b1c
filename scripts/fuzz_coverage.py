"""Talk nonsense to connections, as scripts/fuzz.py does, and let atheris choose what reaches new code.

    scripts/fuzz_coverage.py ROLE [options of libFuzzer]      (-runs=100000, say)

Each octet of an input decides what a case leaves to chance. Whatever raises something else than a
ProtocolError is kept in a file crash-..., which is an argument that repeats it. Needs `pip install atheris`,
and takes the plain form, as atheris sees no lines of the compiled one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from random import Random
from typing import Self

MISSING = "atheris is not installed: pip install atheris (it has wheels for CPython 3.11 to 3.13 on Linux)"

LONG = ("-max_len=2000", "-len_control=0")  # a case takes many decisions


class Decisions(Random):
    """Chance that is no chance: what octets say, and once they have all been read, always the same.

    Args:
        octets: The first ones decide first.
    """

    def __new__(cls, octets: bytes) -> Self:
        """Make one; what decides is no seed."""
        return super().__new__(cls)

    def __init__(self, octets: bytes) -> None:
        super().__init__(0)
        self._octets = octets
        self._position = 0

    def _take(self, size: int) -> bytes:
        taken = self._octets[self._position : self._position + size]
        self._position += size
        return taken

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        (octet,) = self._take(1) or b"\x80"
        return octet / 256

    def getrandbits(self, k: int, /) -> int:
        """Return a number of so many bits. choice(), randrange() and randbytes() come down to this."""
        return int.from_bytes(self._take((k + 7) // 8), "little") & ((1 << k) - 1)


def main(arguments: Sequence[str]) -> int:
    """Fuzz as the command line says."""
    try:
        atheris = import_module("atheris")
    except ImportError:
        print(MISSING, file=sys.stderr)
        return 2
    os.environ["ZEROWIRE_PURE"] = "1"
    with atheris.instrument_imports(include=["zerowire"]):
        fuzz = import_module("fuzz")
    if not arguments or arguments[0] not in fuzz.ROLES:
        print(f"expected a role: {', '.join(fuzz.ROLES)}", file=sys.stderr)
        return 2
    make = fuzz.ROLES[arguments[0]]

    def play(octets: bytes) -> None:
        chance = Decisions(octets)
        fuzz.Case(make(chance), chance).run()

    atheris.Setup([sys.argv[0], *LONG, *arguments[1:]], play)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
