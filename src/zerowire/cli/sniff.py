"""zerowire sniff: what is said on a wire, in a capture or as it passes through."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from zerowire.cli.clean import clean
from zerowire.cli.console import complain, say, say_json
from zerowire.cli.outcome import DONE
from zerowire.cli.shared import Json
from zerowire.cli.tapping import Between, open_tap
from zerowire.sniffing import Capture, Seen, Sniffer
from zerowire.sniffing.words import as_json, as_text


class Kind(StrEnum):
    """What can be seen; zerowire.sniffing.seen says what each is."""

    OPEN = "open"
    GREETING = "greeting"
    COMMAND = "command"
    IDENTITY = "identity"
    MESSAGE = "message"
    SEALED = "sealed"
    GAP = "gap"
    FOREIGN = "foreign"
    BROKEN = "broken"
    CLOSE = "close"
    PGM = "pgm"
    LOST = "lost"


def sniff(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A capture of tcpdump or Wireshark, pcap or pcapng; - is standard input.",
        ),
    ] = None,
    tap: Between = None,
    port: Annotated[
        list[int] | None,
        typer.Option(
            "--port", "-p", metavar="PORT", min=1, max=65535, help="Only connections with this port; several."
        ),
    ] = None,
    only: Annotated[
        list[Kind] | None,
        typer.Option("--only", metavar="KIND", help=f"Only this; several: {', '.join(Kind)}."),
    ] = None,
    json: Json = False,
) -> int:
    """Show what ZeroMQ peers say to each other: greetings, handshakes, commands, messages.

    From a capture, or live, as a tap between a peer that connects to us and one that we connect to.
    Passwords are not shown. What CURVE has encrypted is counted only.
    """
    printer = Printer(json, only or list(Kind))
    if file is not None and tap is None:
        with ExitStack() as stack:
            read(open_capture(file, stack), port or (), printer)
        return DONE
    if tap is not None and file is None:
        return forward(tap, printer)
    raise typer.BadParameter("name a capture file or a --tap, one of them")


class Printer:
    """Prints what was seen, with seconds from the first of it."""

    def __init__(self, json: bool, only: list[Kind]) -> None:
        self._json = json
        self._only = only
        self._start: float | None = None

    def show(self, seen: Seen) -> None:
        """Print it."""
        if self._start is None:
            self._start = seen.time
        if seen.kind not in self._only:
            return
        if self._json:
            say_json(as_json(seen))
        else:
            say(clean(as_text(seen, self._start)))


def forward(ends: tuple[str, str], printer: Printer) -> int:
    """Forward octets until Ctrl+C."""
    with closing(open_tap(ends, printer.show)) as tap:
        while True:
            tap.step()


def open_capture(path: Path, stack: ExitStack) -> BinaryIO:
    """Return a file, or standard input."""
    if str(path) == "-":
        return sys.stdin.buffer
    if not path.is_file():
        raise typer.BadParameter(f"FILE {str(path)!r} does not exist, or is no file")
    return stack.enter_context(path.open("rb"))


def read(file: BinaryIO, ports: list[int] | tuple[()], printer: Printer) -> None:
    """Read a capture to its end, and sum up."""
    capture = Capture(file)
    sniffer = Sniffer(ports)
    for seen in sniffer.follow(capture):
        printer.show(seen)
    if capture.trouble is not None:
        complain(capture.trouble)
    groups = f"; {sniffer.groups.parcels} packets of PGM" if sniffer.groups.parcels else ""
    complain(
        f"{sniffer.connections} connections, {sniffer.segments} segments: {sniffer.repeated} repeated, "
        f"{sniffer.out_of_order} out of order, {sniffer.missing} octets missing{groups}"
    )
