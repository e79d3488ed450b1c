"""What verbs that forward octets share: `--tap`, and a loop."""

from __future__ import annotations

from collections.abc import Callable
from errno import EINVAL
from typing import Annotated, TypeAlias

import typer

from zerowire.cli.console import complain
from zerowire.constants import Errno
from zerowire.error import ZMQError
from zerowire.sniffing import Seen, Tap

Between: TypeAlias = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--tap",
        metavar="LISTEN TARGET",
        help="Bind LISTEN, forward all octets to TARGET and back, and look at them: tcp or ipc.",
    ),
]

UNUSABLE = (EINVAL, Errno.EPROTONOSUPPORT)


def open_tap(ends: tuple[str, str], on_seen: Callable[[Seen], object]) -> Tap:
    """Return a tap, and tell where it listens.

    Raises:
        typer.BadParameter: An endpoint cannot be.
        ZMQError: One is taken, say.
    """
    try:
        tap = Tap(*ends, on_seen)
    except ZMQError as error:
        if error.errno in UNUSABLE:
            raise typer.BadParameter(f"--tap: {error}") from None
        raise
    complain(f"bound to {tap.endpoint}")
    return tap
