"""Show what programs log: `python -m zerowire.log tcp://host:port`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime

from zerowire.api.context import Context
from zerowire.constants import SocketType
from zerowire.error import ZMQError

COLORS = {
    "DEBUG": "\x1b[96m",
    "INFO": "\x1b[97m",
    "WARNING": "\x1b[33m",
    "ERROR": "\x1b[91m",
    "CRITICAL": "\x1b[91m",
}
NO_COLOR = "\x1b[39m"


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m zerowire.log", description="Show what a PUBHandler publishes, until Ctrl+C."
    )
    parser.add_argument("zmq_pub_url", help="the endpoint of the publisher, such as tcp://127.0.0.1:12345")
    parser.add_argument("-t", "--topic", default="", help="show only what begins with this topic")
    parser.add_argument("--timestamp", action="store_true", help="show when each message came")
    parser.add_argument("--separator", default=" | ", help="between topic and text")
    parser.add_argument("--dateformat", default="%Y-%m-%d %H:%M", help="the format of that time")
    parser.add_argument("--align", action="store_true", help="let the texts begin in one column")
    parser.add_argument("--color", action="store_true", help="color each message as its level suggests")
    return parser


class View:
    """Messages as lines of text."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._widths: list[int] = []  # of the parts of topics, so far

    def line(self, topic: str, text: str, now: datetime) -> str:
        """Return a message as a line."""
        options = self._options
        parts = topic.strip().split(".")
        shown = ".".join(self._align(parts)) if options.align else topic.strip()
        line = f"{shown}{options.separator}{text.strip()}"
        color = next((COLORS[part] for part in parts if part in COLORS), "")
        if options.color:
            line = f"{color}{line}{NO_COLOR}"
        return f"{now.strftime(options.dateformat)} {line}" if options.timestamp else line

    def _align(self, parts: Sequence[str]) -> list[str]:
        """Return the parts of a topic, as wide as the widest so far."""
        columns = max(len(parts), len(self._widths))
        parts = [*parts, *[""] * (columns - len(parts))]
        widths = [*self._widths, *[0] * (columns - len(self._widths))]
        self._widths = [max(width, len(part)) for width, part in zip(widths, parts, strict=True)]
        return [part.ljust(width) for width, part in zip(self._widths, parts, strict=True)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Show messages until Ctrl+C.

    Args:
        arguments: The command line; None for that of the process.
    """
    options = parser().parse_args(arguments)
    view = View(options)
    with Context() as context, context.socket(SocketType.SUB) as sub:
        sub.subscribe(options.topic)
        try:
            sub.connect(options.zmq_pub_url)
        except ZMQError as error:
            parser().error(str(error))
        try:
            while True:
                topic, *texts = (frame.decode(errors="replace") for frame in sub.recv_multipart())
                sys.stdout.write(view.line(topic, " ".join(texts), datetime.now()) + "\n")
                sys.stdout.flush()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
