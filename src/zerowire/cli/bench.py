"""zerowire bench: how fast messages go between two processes of this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from zerowire.api.library import build_info
from zerowire.cli.bench_peer import LIBRARIES
from zerowire.cli.console import complain, say, say_json
from zerowire.cli.measure import Latency, OnProgress, Throughput, lab
from zerowire.cli.outcome import DONE
from zerowire.cli.percentiles import rounded, summary
from zerowire.cli.plot import octets, svg
from zerowire.cli.shared import Json
from zerowire.version import __version__

SIZES = (64, 1024, 65536)
LARGEST = 1 << 28


class What(StrEnum):
    """What to measure."""

    LATENCY = "latency"
    THROUGHPUT = "throughput"
    ALL = "all"


class Scheme(StrEnum):
    """Over which transport."""

    TCP = "tcp"
    IPC = "ipc"


def bench(
    what: Annotated[What, typer.Argument(metavar="WHAT", help="latency, throughput, or all.")] = What.ALL,
    library: Annotated[
        str,
        typer.Option("--library", "-l", metavar="NAME", help="What the peer speaks with: zerowire or pyzmq."),
    ] = "zerowire",
    transport: Annotated[Scheme, typer.Option("--transport", help="Over what.")] = Scheme.TCP,
    size: Annotated[
        list[int] | None,
        typer.Option(
            "--size", "-s", metavar="OCTETS", min=0, max=LARGEST, help="Octets of a message; several."
        ),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds", "-t", metavar="SECONDS", min=0.01, max=3600, help="How long to measure each."
        ),
    ] = 2.0,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the figures into an SVG file.")
    ] = None,
    json: Json = False,
) -> int:
    """Measure round trips (REQ and REP) and throughput (PUSH and PULL) to a peer in another process.

    This end is ZeroWire; the peer is ZeroWire as well, or pyzmq with libzmq. The figures are those of this
    machine and of what else it does.
    """
    check(library)
    form = "compiled" if build_info()["compiled"] else "plain Python"
    title = f"ZeroWire {__version__} ({form}) to {library} over {transport}"
    if not json:
        say(title)
    latencies: list[Latency] = []
    throughputs: list[Throughput] = []
    facts = {"library": library, "transport": transport.value, "form": form}
    with lab(library, transport.value) as laboratory:
        for each in size or SIZES:
            if what is not What.THROUGHPUT:
                with progress(f"round trips, {octets(each)}") as on_progress:
                    latencies.append(laboratory.latency(each, seconds, on_progress))
                tell_latency(latencies[-1], facts, json)
            if what is not What.LATENCY:
                with progress(f"throughput, {octets(each)}") as on_progress:
                    throughputs.append(laboratory.throughput(each, seconds, on_progress))
                tell_throughput(throughputs[-1], facts, json)
    if plot is not None:
        plot.write_text(svg(title, latencies, throughputs), encoding="utf-8")
        complain(f"drawn in {plot}")
    return DONE


def check(library: str) -> None:
    """Raise typer.BadParameter for a library that is not there."""
    if library not in LIBRARIES:
        raise typer.BadParameter(f"--library {library}: one of {', '.join(LIBRARIES)}")
    if find_spec(LIBRARIES[library]) is None:
        raise typer.BadParameter(f"--library {library}: it is not installed (pip install {library})")


def tell_latency(found: Latency, facts: dict[str, str], json: bool) -> None:
    """Print the percentiles."""
    numbers = rounded(summary(found.microseconds)) if found.microseconds else {}
    if json:
        told = {"size": found.size, "count": len(found.microseconds), "microseconds": numbers}
        say_json({"bench": "latency", **facts, **told})
        return
    shown = "  ".join(f"{name} {number:g}" for name, number in numbers.items())
    say(f"round trip  {octets(found.size):>8}  {shown}  us  ({len(found.microseconds)})")


def tell_throughput(found: Throughput, facts: dict[str, str], json: bool) -> None:
    """Print messages and octets a second."""
    rate = found.messages / found.seconds
    megabytes = rate * found.size / 1e6
    if json:
        told = {"size": found.size, "count": found.messages, "seconds": round(found.seconds, 6)}
        rates = {"messages_per_second": round(rate), "megabytes_per_second": round(megabytes, 2)}
        say_json({"bench": "throughput", **facts, **told, **rates})
        return
    say(f"throughput  {octets(found.size):>8}  {rate:,.0f} messages/s  {megabytes:,.1f} MB/s")


@contextmanager
def progress(words: str) -> Iterator[OnProgress]:
    """Yield what to call with the share that is done: it moves a bar, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=1.0)
        yield lambda share: bar.update(task, completed=share)
