"""zerowire top: the peers of all processes, live."""

from __future__ import annotations

import sys
from time import monotonic, sleep, time
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from zerowire.cli.console import complain, say, say_json
from zerowire.cli.inside import Look, Looker, Timeout, Wanted, aligned
from zerowire.cli.keyboard import Keyboard
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.screen import COLUMNS, Screen, column_named
from zerowire.cli.shared import Json

Interval = Annotated[
    float, typer.Option("--interval", "-i", min=0.1, metavar="SECONDS", help="How often to look.")
]
Sort = Annotated[
    str, typer.Option("--sort", metavar="COLUMN", help="Which column to sort by, the largest first.")
]
Filter = Annotated[str, typer.Option("--filter", metavar="WORDS", help="Show what has these words in it.")]
Once = Annotated[bool, typer.Option("--once", help="Look twice, an interval apart, print, and end.")]


def top(
    wanted: Wanted = None,
    interval: Interval = 1.0,
    sort: Sort = "",
    filter: Filter = "",
    once: Once = False,
    json: Json = False,
    timeout: Timeout = 1.0,
) -> int:
    """Show the peers of processes that can be inspected, live: rates, queues, drops; slow ones stand out.

    Keys: q quits, / filters, left and right choose the column to sort by, r turns the order, up and down
    scroll, space pauses. With --json, or where the output is no terminal, it prints; --once does so once.
    """
    if sort and column_named(sort) is None:
        names = ", ".join(column.name for column in COLUMNS)
        raise typer.BadParameter(f"there is no column {sort!r}: {names}")
    screen = Screen(filter, sort)
    with Looker(wanted, timeout) as looker:
        if not (once or json) and sys.stdout.isatty() and sys.stdin.isatty():
            return live(looker, screen, interval)
        return printed(looker, screen, interval, once=once, json=json)


def printed(looker: Looker, screen: Screen, interval: float, *, once: bool, json: bool) -> int:
    """Print what is seen, once or over and over."""
    looks = looker.look()
    while True:
        if looks:  # rates need a second look
            sleep(interval)
            looks = looker.look()
        for text in looker.silent:
            complain(f"zerowire top: {text}")
        if json:
            say_json({"time": round(time(), 3), "processes": [as_json(look) for look in looks]})
        else:
            for line in aligned(*screen.plain(looks)):
                say(line)
        if once or not looks:
            return FAILED if looker.silent else DONE


def as_json(look: Look) -> dict[str, object]:
    """Return what was told, and where."""
    return {"endpoint": look.endpoint, **look.told}


def live(looker: Looker, screen: Screen, interval: float) -> int:
    """Fill the terminal until somebody quits."""
    console = Console()
    with Keyboard() as keyboard, Live(console=console, screen=True, auto_refresh=False) as display:
        due = monotonic()
        while not screen.is_done:
            if monotonic() >= due:
                due = monotonic() + interval
                if not screen.is_paused:
                    screen.take(looker.look(), looker.silent)
            display.update(screen.picture(console.size), refresh=True)
            key = keyboard.next(max(0.0, due - monotonic()))
            while key:
                screen.press(key)
                key = keyboard.next(0.0)
    return DONE
