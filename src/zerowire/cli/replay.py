"""zerowire replay: a recording, sent again or printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from time import monotonic, sleep
from typing import Annotated, Any

import typer

from zerowire.cli.clean import clean
from zerowire.cli.console import complain, say, say_json
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.shared import Json, Plug
from zerowire.cli.talk.codec import json_frame
from zerowire.cli.talk.line import Line
from zerowire.cli.talk.options import Traffic
from zerowire.constants import SocketType
from zerowire.recording import Entry, Recording, schedule
from zerowire.sniffing.words import shown

LONGEST = 1e9  # seconds; of a damaged clock: no system sleeps much longer
COUNTERPARTS = {
    "SUB": "PUB",
    "PULL": "PUSH",
    "PAIR": "PAIR",
    "DEALER": "DEALER",
    "ROUTER": "DEALER",
    "XPUB": "XSUB",
}
"""What the peer of a recorder was."""


class Type(StrEnum):
    """The socket types that can send again what was recorded."""

    PUB = "pub"
    PUSH = "push"
    PAIR = "pair"
    DEALER = "dealer"
    XSUB = "xsub"


class Way(StrEnum):
    """A direction, on the command line."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass
class Sending:
    """How a recording is sent again."""

    plug: Plug
    traffic: Traffic
    type: Annotated[
        Type | None, typer.Option("--type", help="What to be; by default what the recorder's peer was.")
    ] = None
    speed: Annotated[
        float,
        typer.Option(
            "--speed",
            metavar="NUMBER",
            min=0,
            help="1 keeps the times between messages, 2 halves them; 0: at once.",
        ),
    ] = 1.0
    peers: Annotated[
        int,
        typer.Option(
            "--peers",
            metavar="NUMBER",
            min=0,
            help="Wait for so many peers, or subscribers, before the first.",
        ),
    ] = 1

    @property
    def has_endpoint(self) -> bool:
        """Whether messages are to be sent at all."""
        return bool(self.plug.bind or self.plug.connect)

    def socket_type(self, recording: Recording) -> SocketType:
        """Return what to be."""
        if self.type is not None:
            return SocketType[self.type.name]
        return SocketType[COUNTERPARTS.get(str(recording.facts.get("type")), "PUB")]


def replay(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A recording.", exists=True, dir_okay=False, readable=True)
    ],
    sending: Sending,
    only: Annotated[Way | None, typer.Option("--only", help="Only messages that went this way.")] = None,
    skip: Annotated[
        int, typer.Option("--skip", metavar="NUMBER", min=0, help="Leave out so many at the beginning.")
    ] = 0,
    json: Json = False,
) -> int:
    """Send a recording again, with the times it has or at a rate; without an endpoint, print it.

    A recording whose recorder was killed is read up to its last whole message.

    Exit code 0: all of it was read; 1: it is damaged, and was read up to there.
    """
    if sending.traffic.interval is not None:
        raise typer.BadParameter("--interval: replay has --rate and --speed")
    with Recording(file) as recording:
        entries = wanted(recording, only, skip, sending.traffic.count or None)
        if sending.has_endpoint:
            send(recording, entries, sending, json)
        else:
            show(entries, json)
        return end_of(recording)


def wanted(recording: Recording, only: Way | None, skip: int, count: int | None) -> Iterator[Entry]:
    """Yield the messages that are asked for."""
    found = (entry for entry in recording if only is None or entry.direction.name == only.name)
    return islice(found, skip, None if count is None else skip + count)


def end_of(recording: Recording) -> int:
    """Tell how a recording ends, and return the exit code."""
    if recording.trouble is None:
        return DONE
    complain(f"{recording.path} ends with {recording.trouble}")
    return FAILED if recording.is_damaged else DONE


# -- printed -----------------------------------------------------------------------------------------


def show(entries: Iterator[Entry], json: bool) -> None:
    """Print messages."""
    start: float | None = None
    for entry in entries:
        start = entry.time if start is None else start
        if json:
            say_json(as_json(entry))
        else:
            frames = " | ".join(map(shown, entry.frames))
            seconds, way = entry.time - start, entry.direction.name.lower()
            say(f"{seconds:10.6f}  {way:8}  {clean(entry.peer) or '-'}  {frames}")


def as_json(entry: Entry) -> dict[str, Any]:
    """Return a message as JSON can hold it."""
    return {
        "time": entry.time_ns / 1e9,
        "direction": entry.direction.name.lower(),
        "peer": clean(entry.peer),
        "frames": [json_frame(frame) for frame in entry.frames],
    }


# -- sent again --------------------------------------------------------------------------------------


def send(recording: Recording, entries: Iterator[Entry], sending: Sending, json: bool) -> None:
    """Send messages, each when it is due."""
    first = next(entries, None)  # what the recorder was, it says before its first message
    if first is None:
        return
    kind = sending.socket_type(recording)
    with Line(kind, sending.plug, sending.traffic) as line:
        wait_for_peers(line, sending.peers)
        start, sent = monotonic(), 0
        try:
            for due, entry in schedule(
                chain([first], entries), speed=sending.speed, rate=sending.traffic.rate
            ):
                sleep(min(max(0.0, start + due - monotonic()), LONGEST))
                line.send(entry.frames or [b""])
                sent += 1
        finally:
            tell(recording, sent, monotonic() - start, json)


def wait_for_peers(line: Line, count: int) -> None:
    """Wait until somebody is there to get the messages."""
    if line.type is SocketType.PUB:
        line.wait_for_subscribers(count)
        return
    wait = None if line.timeout is None else round(line.timeout * 1000)
    if not line.socket.wait_for_peers(count, wait):
        raise TimeoutError(f"fewer than {count} peers within {line.timeout:g} s: {line.who()}")


def tell(recording: Recording, sent: int, seconds: float, json: bool) -> None:
    """Sum up."""
    if json:
        say_json({"file": str(recording.path), "sent": sent, "seconds": round(seconds, 3)})
    else:
        complain(f"{sent} messages sent in {seconds:.3f} s")
