"""The table of verbs: which module has each, and what it does in one line."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A row: the module with a function of the verb's name, and one line of help."""

    module: str
    line: str


GROUPS: dict[str, dict[str, Verb]] = {
    "keys": {
        "keygen": Verb("zerowire.cli.keygen", "make a pair of CURVE keys"),
    },
    "run programs": {
        "run": Verb("zerowire.cli.run", "what `python` does, with ZeroWire as its zmq"),
    },
}
"""The verbs, in the order in which help names them."""

VERBS = {name: verb for rows in GROUPS.values() for name, verb in rows.items()}
