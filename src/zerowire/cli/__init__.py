"""The `zerowire` command: a row of a table for each verb, a module for each row.

How a verb is added:

1. A module `zerowire/cli/ping.py` with a function of the verb's name. Its parameters are what Typer makes
   of annotations, and a parameter whose annotation is a dataclass stands for the fields of it. Its docstring
   is what `zerowire ping --help` says. It returns an exit code: `outcome.py` has them. A ZMQError or an
   OSError ends it with its text and 1, `typer.BadParameter` with 2, Ctrl+C with 130.
2. A row in the table of `verbs.py`: the name, the module, one line of help.

Nothing else knows the verb. `zerowire --help` prints the table and imports no verb, neither typer nor rich;
a verb's module is imported when it is called. What verbs share (endpoints, keys, options, `--json`) is in
`shared.py`. Lines go out through `console.say`, which flushes each; nothing is coloured where there is no
terminal. Bare `zerowire` and `zerowire run` need no extra.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec

from zerowire.cli.outcome import BAD_ARGUMENTS, DONE, INTERRUPTED
from zerowire.cli.report import report
from zerowire.cli.verbs import GROUPS, VERBS

COMPLETING = "_ZEROWIRE_COMPLETE"  # in the environment, when a shell asks what could come next
OF_TYPER = ("--install-completion", "--show-completion")


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit code.

    Args:
        words: The command line without its first word; None takes sys.argv.
    """
    try:
        return dispatch(sys.argv[1:] if words is None else words)
    except KeyboardInterrupt:
        return INTERRUPTED


def dispatch(words: Sequence[str]) -> int:
    """Do what these words say, with as little loaded as they need."""
    if COMPLETING in os.environ:
        return call(words)
    match words:
        case []:
            report()
        case ["run", *arguments]:
            return int(import_module("zerowire.cli.run").run(arguments))
        case ["-h" | "--help" | "help"]:
            print(usage(), end="")
        case ["--version"]:
            report()
        case [word, *_] if word in VERBS or word in OF_TYPER:
            return call(words)
        case [word, *_]:
            return refuse(word)
    return DONE


def call(words: Sequence[str]) -> int:
    """Run a verb, if what verbs need is installed."""
    if any(find_spec(name) is None for name in ("typer", "rich")):
        print("zerowire: its verbs need an extra: pip install 'zerowire[cli]'", file=sys.stderr)
        return BAD_ARGUMENTS
    return int(import_module("zerowire.cli.app").call(words))


def refuse(word: str) -> int:
    """Say which verbs there are."""
    near = get_close_matches(word, VERBS, n=1)
    hint = f", did you mean {near[0]!r}" if near else ""
    print(f"zerowire: there is no command {word!r}{hint}\n\n{usage()}", end="", file=sys.stderr)
    return BAD_ARGUMENTS


def usage() -> str:
    """Return the page of all verbs."""
    width = max(map(len, VERBS))
    lines = ["usage: zerowire                               tell which version this is"]
    lines += ["       zerowire run [option] ... program      run Python, with ZeroWire as its zmq"]
    lines += ["       zerowire VERB [option] ...             zerowire VERB --help tells what it takes"]
    for group, rows in GROUPS.items():
        lines += ["", f"{group}:", *(f"  {name:{width}}  {verb.line}" for name, verb in rows.items())]
    return "\n".join([*lines, ""])
