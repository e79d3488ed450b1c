"""The `zerowire` command: a word for each thing that it does, a module for each word."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from zerowire.cli.report import report
from zerowire.cli.run import run

USAGE = """\
usage: zerowire                                    tell which version this is
       zerowire run [option] ... program [argument] ...
       zerowire run [option] ... -m module [argument] ...
                                                   run Python, with ZeroWire as its zmq
"""


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit code.

    Args:
        words: The command line without its first word; None takes sys.argv.
    """
    match sys.argv[1:] if words is None else words:
        case []:
            report()
            return 0
        case ["run", *arguments]:
            return run(arguments)
        case ["-h" | "--help" | "help"]:
            print(USAGE, end="")
            return 0
        case [word, *_]:
            print(f"zerowire: there is no command {word!r}\n{USAGE}", end="", file=sys.stderr)
    return 2
