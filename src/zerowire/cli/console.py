"""What verbs print: lines that go out at once, and complaints."""

from __future__ import annotations

import json
import os
import sys

from zerowire.cli.talk.codec import UNPRINTABLE


def say(line: str) -> None:
    """Print a line where results go, at once: whoever reads a pipe need not wait for a full buffer."""
    print(line, flush=True)


def say_json(value: object) -> None:
    """Print a value as a line of JSON."""
    say(UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False)))


def complain(text: str) -> None:
    """Print a line where faults and progress go."""
    print(text, file=sys.stderr, flush=True)


def forget_output() -> None:
    """Let Python end quietly after whoever read the output has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
