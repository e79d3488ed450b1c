"""The groups of options of the verbs that talk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeAlias

import typer

from zerowire.cli.shared import Json, Plug
from zerowire.cli.talk.pace import Pace

Words: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="MESSAGE", help="Messages; without any, from standard input."),
]
Topics: TypeAlias = Annotated[
    list[str] | None, typer.Argument(metavar="TOPIC", help="What messages begin with; without any, all.")
]
Separator: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--separator",
        "-s",
        metavar="TEXT",
        help="What stands between frames in a line; by default nothing is read so, and a tab is printed.",
    ),
]


class Reading(StrEnum):
    """How messages stand in standard input."""

    LINES = "lines"
    JSON = "json"
    SIZED = "sized"


class Writing(StrEnum):
    """How messages are printed."""

    LINES = "lines"
    JSON = "json"
    SIZED = "sized"
    RAW = "raw"
    HEX = "hex"
    NONE = "none"


@dataclass
class Traffic:
    """How many messages, how often, how long to wait."""

    count: Annotated[
        int | None,
        typer.Option(
            "--count", "-n", min=0, metavar="NUMBER", help="End after so many messages; 0 is never."
        ),
    ] = None
    interval: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Seconds from one message to the next.")
    ] = None
    rate: Annotated[float | None, typer.Option(min=1e-6, metavar="NUMBER", help="Messages a second.")] = None
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", "-t", min=0, metavar="SECONDS", help="Seconds to wait for a message or a peer."
        ),
    ] = None
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell on standard error what happens to connections.")
    ] = False

    def pace(self) -> Pace:
        """Return how often messages go.

        Raises:
            typer.BadParameter: Both a rate and an interval were given.
        """
        if self.rate is not None and self.interval is not None:
            raise typer.BadParameter("--rate and --interval say the same thing: give one of them")
        return Pace(self.count or None, 1 / self.rate if self.rate else self.interval or 0.0)

    @property
    def milliseconds(self) -> int:
        """How long to wait, as options of sockets have it; -1 is for ever."""
        return -1 if self.timeout is None else round(self.timeout * 1000)


@dataclass
class Input:
    """How to read messages."""

    input: Annotated[Reading, typer.Option("--input", "-i", help="How messages stand in standard input.")] = (
        Reading.LINES
    )
    escapes: Annotated[
        bool,
        typer.Option("--escapes", "-e", help="Have \\n, \\t, \\0, \\xff and \\\\ in messages for octets."),
    ] = False


@dataclass
class Output:
    """How to print messages."""

    output: Annotated[Writing, typer.Option("--output", "-o", help="How messages are printed.")] = (
        Writing.LINES
    )
    json: Json = False
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="TEXT",
            help="What to print of each: {text} {topic} {body} {hex} {size} {frames} {number} {peer} {user} "
            "{group} {time} {seconds}.",
        ),
    ] = None


@dataclass
class Sending:
    """What a verb that sends takes."""

    plug: Plug
    input: Input
    traffic: Traffic
    separator: Separator = None
    json: Json = False


@dataclass
class Receiving:
    """What a verb that receives takes."""

    plug: Plug
    output: Output
    traffic: Traffic
    separator: Separator = None


@dataclass
class Both:
    """What a verb that does both takes."""

    plug: Plug
    input: Input
    output: Output
    traffic: Traffic
    separator: Separator = None
