"""A verb for each socket type."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from zerowire.api.socket import Socket
from zerowire.cli.console import complain, say_json
from zerowire.cli.outcome import DONE
from zerowire.cli.talk import loops
from zerowire.cli.talk.letter import Letter
from zerowire.cli.talk.line import Line
from zerowire.cli.talk.options import Both, Receiving, Sending, Topics, Words
from zerowire.cli.talk.reading import Source
from zerowire.cli.talk.writing import Printer
from zerowire.constants import SocketType

Wait = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="NUMBER",
        help="How many subscribers to wait for at first: 1, or 0 with a transport that knows none.",
    ),
]
MULTICAST = ("udp:", "epgm:", "pgm:")

To = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Where messages go, instead of to the last heard.")
]
Addressed = Annotated[
    bool, typer.Option("--addressed", help="The first frame of each message says where it goes.")
]


def req(both: Both, words: Words = None) -> int:
    """Ask: send each message, and print the reply to it."""
    with opened(SocketType.REQ, both) as line:
        return loops.ask_all(
            line,
            source_of(both, words, both.traffic.count is not None),
            printer_of(both),
            both.traffic.pace(),
        )


def rep(
    both: Both,
    words: Annotated[list[str] | None, typer.Argument(metavar="REPLY", help="Replies, in turn.")] = None,
    echo: Annotated[bool, typer.Option("--echo", help="Reply with the request itself.")] = False,
    command: Annotated[
        str | None, typer.Option(help="Reply with what a shell command prints; it reads the request.")
    ] = None,
) -> int:
    """Answer: print each request, and reply to it; without words, --echo or --command from standard input."""
    if sum((echo, command is not None, bool(words))) > 1:
        raise typer.BadParameter("--echo, --command and words are three ways to reply: choose one")
    with opened(SocketType.REP, both) as line:
        answer = answer_of(both, words, echo, command)
        return loops.answer_all(line, answer, printer_of(both), both.traffic.pace())


def pub(sending: Sending, words: Words = None, wait: Wait = None) -> int:
    """Publish: send each message to all who have subscribed to what it begins with."""
    with opened(SocketType.PUB, sending) as line:
        line.wait_for_subscribers(subscribers_of(sending, wait))
        return send(line, sending, words)


def sub(receiving: Receiving, topics: Topics = None) -> int:
    """Subscribe: print what is published."""

    def subscribe(socket: Socket) -> None:
        for topic in topics or [""]:
            socket.subscribe(topic)

    return receive(SocketType.SUB, receiving, subscribe)


def push(sending: Sending, words: Words = None) -> int:
    """Share messages out: each goes to one peer."""
    with opened(SocketType.PUSH, sending) as line:
        return send(line, sending, words)


def pull(receiving: Receiving) -> int:
    """Collect: print what peers push."""
    return receive(SocketType.PULL, receiving)


def pair(both: Both, words: Words = None) -> int:
    """Talk with one peer, both ways."""
    return talk(SocketType.PAIR, both, words)


def dealer(both: Both, words: Words = None) -> int:
    """Send each message to one peer, and print what comes back, in any order."""
    return talk(SocketType.DEALER, both, words)


def router(both: Both, words: Words = None, to: To = None, addressed: Addressed = False) -> int:
    """Print what comes from any peer; messages go to whoever was heard last."""
    return talk(SocketType.ROUTER, both, words, to, addressed)


def xpub(both: Both, words: Words = None) -> int:
    """Publish, and print who subscribes to what: \\x01 or \\0, and the topic."""
    return talk(SocketType.XPUB, both, words)


def xsub(both: Both, topics: Topics = None) -> int:
    """Subscribe, print what is published, and send messages to the publishers."""

    def subscribe(socket: Socket) -> None:
        for topic in topics or [""]:
            socket.send(b"\1" + topic.encode())

    return talk(SocketType.XSUB, both, None, prepare=subscribe)


def stream(both: Both, words: Words = None, to: To = None, addressed: Addressed = False) -> int:
    """Talk TCP with programs that know no ZeroMQ; an empty message tells that one has come or gone."""
    return talk(SocketType.STREAM, both, words, to, addressed)


def opened(
    socket_type: SocketType,
    options: Sending | Receiving | Both,
    prepare: Callable[[Socket], None] | None = None,
    to: str | None = None,
    addressed: bool = False,
) -> Line:
    """Return the line of a verb; what can be refused without a socket is refused before."""
    options.traffic.pace()
    if not isinstance(options, Sending):
        printer_of(options)
    return Line(socket_type, options.plug, options.traffic, prepare, to, addressed)


def subscribers_of(options: Sending, wait: int | None) -> int:
    """Return how many subscribers to wait for; who listens to a group is not known."""
    if wait is not None:
        return wait
    endpoints = [*(options.plug.bind or ()), *(options.plug.connect or ())]
    return 0 if any(endpoint.startswith(MULTICAST) for endpoint in endpoints) else 1


def source_of(options: Sending | Both, words: list[str] | None, repeats: bool) -> Source:
    """Return the messages to send."""
    return Source(words, options.input, options.separator, repeats)


def printer_of(options: Receiving | Both) -> Printer:
    """Return what prints messages."""
    return Printer(options.output, options.separator)


def send(line: Line, options: Sending, words: list[str] | None) -> int:
    """Send all that there is to send."""
    source = source_of(options, words, options.traffic.count is not None)
    sent = loops.send_all(line, source, options.traffic.pace())
    if options.json:
        say_json({"sent": sent})
    return DONE


def receive(
    socket_type: SocketType, options: Receiving, prepare: Callable[[Socket], None] | None = None
) -> int:
    """Print what comes."""
    with opened(socket_type, options, prepare) as line:
        return loops.receive_all(line, printer_of(options), options.traffic.pace())


def talk(
    socket_type: SocketType,
    options: Both,
    words: list[str] | None,
    to: str | None = None,
    addressed: bool = False,
    prepare: Callable[[Socket], None] | None = None,
) -> int:
    """Send all that there is to send, and print what comes."""
    with opened(socket_type, options, prepare, to, addressed) as line:
        pace = options.traffic.pace()
        source = source_of(options, words, repeats=pace.pause > 0)
        return loops.converse(line, source, printer_of(options), pace)


def answer_of(options: Both, words: list[str] | None, echo: bool, command: str | None) -> loops.Answer:
    """Return what replies to requests."""
    if echo:
        return lambda letter: letter.frames
    source = Source(words, options.input, options.separator, repeats=True)
    if command is not None:
        return lambda letter: source.frames_of(output_of(command, letter))
    replies: Iterator[list[bytes]] = iter(source)
    return lambda letter: next(replies, None)


def output_of(command: str, letter: Letter) -> bytes:
    """Return what a shell command prints, without the end of its last line, when it reads a request."""
    done = subprocess.run(
        command, shell=True, input=b"\n".join(letter.frames), stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        complain(f"{command!r} ended with code {done.returncode}")
    return done.stdout.removesuffix(b"\n")
