"""zerowire record: messages into a file that survives a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zerowire.api.context import Context
from zerowire.api.socket import Socket
from zerowire.cli.console import complain, say_json
from zerowire.cli.outcome import DONE
from zerowire.cli.replay import as_json
from zerowire.cli.shared import Json, Plug, octets_of
from zerowire.cli.tapping import Between, open_tap
from zerowire.constants import SocketType
from zerowire.error import Again, ZMQError
from zerowire.recording import Direction, Recorder
from zerowire.sniffing import Seen


class Type(StrEnum):
    """The socket types that a recorder can be: they receive without being asked to answer."""

    SUB = "sub"
    PULL = "pull"
    PAIR = "pair"
    DEALER = "dealer"
    ROUTER = "router"
    XPUB = "xpub"


def record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write; it must not be there.")],
    plug: Plug,
    type: Annotated[Type, typer.Option("--type", help="What to be.")] = Type.SUB,
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", help="For SUB: what messages begin with; several, all if not given."),
    ] = None,
    tap: Between = None,
    append: Annotated[bool, typer.Option("--append", "-a", help="Go on with a recording.")] = False,
    sync: Annotated[
        str,
        typer.Option(
            "--sync",
            metavar="SECONDS|never",
            help="How long a message may wait for the disk; 0: each waits for it.",
        ),
    ] = "1",
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="NUMBER", min=0, help="End after so many; 0: Ctrl+C.")
    ] = 0,
    json: Json = False,
) -> int:
    """Record what a socket receives, or what passes through a tap in both directions.

    Each message is in the file before the next one is received, so a recorder that is killed loses at most
    the one that it has in its hands. `zerowire replay` reads it. With --json each message is printed once
    it is in the file.
    """
    if tap and (plug.bind or plug.connect):
        raise typer.BadParameter("--tap has endpoints of its own: leave out --bind and --connect")
    facts: dict[str, object] = {"type": "tap" if tap else type.name, "topics": topic or []}
    facts["endpoints"] = list(tap or (*(plug.bind or ()), *(plug.connect or ())))
    done = Done(count, json)
    recorder = open_recorder(file, facts, sync, append)
    try:
        with recorder:
            if tap is not None:
                record_tap(recorder, tap, done)
            else:
                record_socket(recorder, plug, type, topic, done)
    except (ZMQError, typer.BadParameter):
        if not (append or recorder.messages):
            file.unlink()  # it never began, and shall not be in the way of the next attempt
        raise
    finally:
        complain(f"{recorder.messages} messages, {recorder.octets} octets in {file}")
    return DONE


class Done:
    """Whether enough was recorded, and who is told of each message."""

    def __init__(self, count: int, json: bool) -> None:
        self._left = count or -1
        self._json = json

    def __bool__(self) -> bool:
        return self._left == 0

    def note(self, recorder: Recorder, frames: Sequence[bytes], direction: Direction, peer: str) -> None:
        """Record a message, unless there are enough."""
        if self._left:
            entry = recorder.append(frames, direction=direction, peer=peer)
            self._left -= 1
            if self._json:
                say_json(as_json(entry))


def open_recorder(file: Path, facts: dict[str, object], sync: str, append: bool) -> Recorder:
    """Return a recorder, as the command line says."""
    try:
        recorder = Recorder(file, facts=facts, sync=seconds_of(sync), append=append)
    except FileExistsError:
        raise typer.BadParameter(f"{file} is there already: name another file, or pass --append") from None
    if recorder.cut:
        complain(f"{recorder.cut} octets that are no whole message are cut off {file}: see {recorder.aside}")
    return recorder


def seconds_of(sync: str) -> float | None:
    """Return how long a message may wait for the disk."""
    if sync == "never":
        return None
    try:
        seconds = float(sync)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 1e9:
        raise typer.BadParameter(f"--sync {sync}: a number of seconds, or never")
    return seconds


def record_socket(recorder: Recorder, plug: Plug, type: Type, topics: list[str] | None, done: Done) -> None:
    """Record what a socket receives."""

    def prepare(socket: Socket) -> None:
        socket.rcvtimeo = 1000
        if type is Type.SUB:
            for topic in topics or [""]:
                socket.subscribe(octets_of(topic))

    with Context() as context, plug.open(context, SocketType[type.name], prepare) as socket:
        for frames, peer in received(socket, recorder.rest):
            done.note(recorder, frames, Direction.RECEIVED, peer)
            if done:
                return


def received(socket: Socket, on_idle: Callable[[], None]) -> Iterator[tuple[list[bytes], str]]:
    """Yield messages and where they come from; call on_idle when there is none for a while."""
    while True:
        try:
            frames = socket.recv_multipart(copy=False)
        except Again:
            on_idle()
        else:
            peer = frames[0].metadata.get("Peer-Address", "")
            yield [frame.bytes for frame in frames], peer


def record_tap(recorder: Recorder, ends: tuple[str, str], done: Done) -> None:
    """Record what passes between two: SENT to the target, RECEIVED from it."""
    clients: set[str] = set()  # who connects to us; a name that the target has cannot be among them

    def note(seen: Seen) -> None:
        if seen.kind == "open":
            clients.add(seen.source)
        elif seen.kind == "message":
            is_sent = seen.source in clients
            direction = Direction.SENT if is_sent else Direction.RECEIVED
            done.note(recorder, seen.facts["frames"], direction, seen.source if is_sent else seen.target)
        elif seen.kind in ("sealed", "foreign", "broken") and not sealed:
            sealed.append(seen.kind)
            complain(f"{seen.source}: {seen.kind}: what cannot be read is forwarded and not recorded")

    sealed: list[str] = []
    with closing(open_tap(ends, note)) as tap:
        while not done:
            tap.step(1.0)
            recorder.rest()
