"""Write docs/reference/options.md from the rows of the options in the source.

PYTHONPATH=src python scripts/reference.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from zerowire.constants import SocketOption
from zerowire.engine.settings import TOPICS
from zerowire.options import CONTEXT_OPTIONS, REFUSED, Kind, Option, table
from zerowire.options.security import SECURITY
from zerowire.patterns.base import Pattern
from zerowire.patterns.registry import PATTERNS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "options.md"

Column: TypeAlias = Callable[[Option], str]

HEAD = """\
# Options

<!-- Made by scripts/reference.py from the rows in the source. Do not edit. -->

Three ways to set one, and three to get one:

```text
socket.setsockopt(zmq.LINGER, 0)      socket.getsockopt(zmq.LINGER)
socket.set(zmq.LINGER, 0)             socket.get(zmq.LINGER)
socket.linger = 0                     socket.linger
```

Octets are `bytes`; `setsockopt_string()` and `getsockopt_string()` take and return text. A value out of
range raises `ZMQError` with `EINVAL`, and the text says what would be right; one of the wrong type raises
`TypeError`.

*Access* is `get`, `set`, or both. *Acts* tells from when on a set counts: `at once` on everything, `next` on
what is bound or connected afterwards. `context.linger = 0`, say, makes a default for the sockets that the
context opens from then on.
"""

GROUPS: tuple[tuple[str, str, tuple[Option, ...]], ...] = (
    ("Identity", "", table.IDENTITY),
    ("Queues", "", table.QUEUES),
    ("Times", "SUB and XSUB begin with `LINGER` 0; all other types with -1.", table.TIMES),
    ("Network", "", table.NETWORK),
    ("Multicast", "For `epgm://` and `pgm://`: [multicast](../howto/multicast.md).", table.MULTICAST),
    ("Security", "", SECURITY),
    ("WebSockets", "For `wss://`: [WebSockets](../howto/websocket.md).", table.WSS),
    ("Facts", "What the socket knows; they can only be got.", table.FACTS),
)

OWN = "Only some socket types know these. They act on everything that happens after they were set."
LATER = """\
They can be got, and set to their defaults, so that programs which do so run; any other value raises `EINVAL`
with the reason."""
CONTEXT = "Set and got with `context.set()` and `context.get()`, or as attributes."

KEPT = "Kept, without effect at present."
NOTES: dict[str, str] = {
    "IN_BATCH_SIZE": "How much to read at once; 8192 leaves the choice to ZeroWire.",
    "OUT_BATCH_SIZE": "How much to write at once; 8192 leaves the choice to ZeroWire.",
    "IO_THREADS": "0 allows inproc only; else without effect, as callers do the I/O.",
    "THREAD_NAME_PREFIX": KEPT,
}
"""What there is to say of an option instead of its own sentence."""

PROBES: dict[Kind, tuple[Any, ...]] = {
    Kind.INT: (-(2**70),),
    Kind.INT64: (-(2**70),),
    Kind.UINT64: (-1,),
    Kind.BOOL: (-1,),
    Kind.BYTES: (b"", bytes(1 << 20)),
    Kind.STRING: ("\0" * (1 << 20), ""),
    Kind.FD: (),
}
"""Values that some check refuses, so that its text tells what it takes."""


def takes(row: Option) -> str:
    """Return what values a row takes, in the words of its own check."""
    if not row.writable:
        return ""
    for probe in PROBES[row.kind]:
        if text := objection(row.check, probe):
            return text.removeprefix("must be ").removeprefix("must have ")
    return "0 or 1 (or more)" if row.kind is Kind.BOOL else ""


def objection(check: Callable[[Any], Any], value: Any) -> str:
    """Return what a check says against a value; "" when it takes it."""
    try:
        check(value)
    except ValueError as error:
        return str(error)
    return ""


def shown(row: Option) -> str:
    """Return a default, as a table shows it."""
    default = row.default
    if default is None:
        return ""
    if isinstance(default, tuple | frozenset | dict):
        return "none"
    if isinstance(default, bytes | str):
        return f"{len(default)} zero octets" if default else "empty"
    return str(int(default))


def access(row: Option) -> str:
    """Return what can be done with an option."""
    return ", ".join(word for word, can in (("get", row.readable), ("set", row.writable)) if can)


def number(row: Option) -> str:
    """Return an option's number as text."""
    return str(int(row.number))


def meaning(row: Option) -> str:
    """Return what there is to say of an option."""
    return NOTES.get(row.name, row.doc)


def grid(*columns: tuple[str, Column], rows: Iterable[Option]) -> list[str]:
    """Return a table: a line for each row, a cell for each column."""
    titles = [title for title, _ in columns]
    marks = ["--:" if title == "no." else "---" for title in titles]
    cells = [[cell(row) for _, cell in columns] for row in rows]
    return [f"| {' | '.join(texts)} |" for texts in (titles, marks, *cells)]


def name(row: Option) -> str:
    """Return an option's name, as code."""
    return f"`{row.name}`"


def kind(row: Option) -> str:
    """Return the type of an option's value."""
    return row.kind.name.lower()


def acts(row: Option) -> str:
    """Return from when on a set counts."""
    return ("at once" if row.live else "next") if row.writable else ""


def knows(row: Option) -> str:
    """Return the socket types that have a row."""
    if row.number in TOPICS:
        return "SUB; XPUB with XPUB_MANUAL"
    return ", ".join(pattern.socket_type.name for pattern in PATTERNS.values() if row_of(pattern, row))


def row_of(pattern: type[Pattern], row: Option) -> bool:
    """Tell whether a socket type has a row with this number and these words."""
    return any((other.number, other.doc) == (row.number, row.doc) for other in pattern.options)


def shared(rows: Iterable[Option]) -> list[str]:
    """Return the table of options that all socket types share."""
    columns = (("type", kind), ("values", takes), ("default", shown), ("access", access), ("acts", acts))
    return grid(("option", name), ("no.", number), *columns, ("", meaning), rows=rows)


def own() -> list[str]:
    """Return the table of options that only some socket types know."""
    owned = {(row.number, row.doc): row for pattern in PATTERNS.values() for row in pattern.options}
    rows = sorted((*TOPICS.values(), *owned.values()), key=lambda row: row.name)
    columns = (("types", knows), ("type", kind), ("values", takes), ("default", shown), ("access", access))
    return grid(("option", name), ("no.", number), *columns, ("", meaning), rows=rows)


def context() -> list[str]:
    """Return the table of a context's options."""
    columns = (("values", takes), ("default", shown), ("access", access), ("", meaning))
    return grid(("option", name), ("no.", number), *columns, rows=CONTEXT_OPTIONS)


def later() -> list[str]:
    """Return the table of options that have no effect yet."""
    columns = (("default", shown), ("why", lambda row: str(row.unavailable)))
    return grid(("option", name), ("no.", number), *columns, rows=table.LATER)


def refused() -> list[str]:
    """Return the table of numbers that are no options of a socket."""
    rows = (f"| `{SocketOption(value).name}` | {int(value)} | {text} |" for value, text in REFUSED.items())
    return ["| name | no. | instead |", "| --- | --: | --- |", *rows]


def page() -> str:
    """Return the whole page."""
    lines = [HEAD]
    for title, note, rows in GROUPS:
        lines += [f"## {title}", "", *([note, ""] if note else []), *shared(rows), ""]
    for title, note, lines_of in (
        ("Options of some socket types", OWN, own),
        ("Options of a context", CONTEXT, context),
        ("Not available yet", LATER, later),
        ("Not options of a socket", "", refused),
    ):
        lines += [f"## {title}", "", *([note, ""] if note else []), *lines_of(), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
