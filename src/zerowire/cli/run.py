"""zerowire run: what `python` does, with ZeroWire as its zmq.

The interpreter starts anew, with the folder compat/site on PYTHONPATH. So a program cannot
tell the difference: its __main__, its arguments, signals and exit code are Python's own.
And every Python that it starts finds the same.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from zerowire.compat import site

FOLDER = Path(site.__file__).parent
ISOLATING = frozenset("EIS")  # Python's options that make it ignore PYTHONPATH, or sitecustomize
OPTIONS = re.compile(r"-(?=\w)(\w*?)(?:([cmWX])(.*))?", re.DOTALL)  # flags, and one that takes what follows


def run(arguments: Sequence[str]) -> int:
    """Become that Python; return its exit code where a process cannot become another one.

    Args:
        arguments: What follows `python`: options, a program, its arguments.
    """
    options = [*started_with(sys.orig_argv, len(sys.argv) - 1), *arguments]
    if isolating := isolating_option(options):
        print(f"zerowire run: with {isolating} Python does not look where zmq is", file=sys.stderr)
        return 2
    command = [sys.executable, *options]
    environment = environment_of(os.environ)
    if os.name != "nt":
        os.execve(sys.executable, command, environment)
    return subprocess.call(command, env=environment)


def environment_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a Python whose zmq is ZeroWire, and for those that it starts."""
    before = [folder for folder in [environment.get("PYTHONPATH")] if folder]
    return {**environment, "PYTHONPATH": os.pathsep.join([str(FOLDER), *before])}


def started_with(command: Sequence[str], count: int) -> list[str]:
    """Return the options of the Python that runs this.

    Args:
        command: sys.orig_argv: `python [option] ... -m zerowire` or `python [option] ... script`,
            and the arguments of that.
        count: How many those are.
    """
    *options, last = command[1 : len(command) - count]
    if last == "zerowire" and options:
        options[-1] = options[-1].removesuffix("m")  # also of -um
    return [option for option in options if option != "-"]


def isolating_option(options: Sequence[str]) -> str | None:
    """Return the option that makes Python ignore PYTHONPATH, if one does."""
    words = iter(options)
    while cluster := OPTIONS.fullmatch(next(words, "")):
        letters, last, value = cluster.groups()
        if found := ISOLATING.intersection(letters):
            return f"-{min(found)}"
        if last in ("c", "m"):
            return None
        if last and not value:
            next(words, None)
    return None
