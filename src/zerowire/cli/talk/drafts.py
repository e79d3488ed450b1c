"""A verb for each draft socket type. A message of theirs has one frame, DGRAM's with an address before it."""

from __future__ import annotations

from typing import Annotated

import typer

from zerowire.api.socket import Socket
from zerowire.cli.talk.options import Both, Receiving, Sending, Words
from zerowire.cli.talk.verbs import Addressed, To, Wait, opened, receive, send, subscribers_of, talk
from zerowire.constants import SocketType

Group = Annotated[str, typer.Option(help="Where messages go.", metavar="GROUP")]
Groups = Annotated[list[str], typer.Argument(metavar="GROUP", help="What to join.")]


def client(both: Both, words: Words = None) -> int:
    """Send each message to one SERVER, and print what comes back, in any order."""
    return talk(SocketType.CLIENT, both, words)


def server(both: Both, words: Words = None, to: To = None) -> int:
    """Print what comes from any CLIENT; messages go to whoever was heard last."""
    return talk(SocketType.SERVER, both, words, to)


def radio(sending: Sending, group: Group, words: Words = None, wait: Wait = None) -> int:
    """Send each message to all who have joined a group."""
    with opened(SocketType.RADIO, sending, to=group) as line:
        line.wait_for_subscribers(subscribers_of(sending, wait))
        return send(line, sending, words)


def dish(receiving: Receiving, groups: Groups) -> int:
    """Join groups, and print what is sent to them."""

    def join(socket: Socket) -> None:
        for group in groups:
            socket.join(group)

    return receive(SocketType.DISH, receiving, join)


def scatter(sending: Sending, words: Words = None) -> int:
    """Share messages out: each goes to one GATHER."""
    with opened(SocketType.SCATTER, sending) as line:
        return send(line, sending, words)


def gather(receiving: Receiving) -> int:
    """Collect: print what comes from SCATTER."""
    return receive(SocketType.GATHER, receiving)


def channel(both: Both, words: Words = None) -> int:
    """Talk with one CHANNEL, both ways."""
    return talk(SocketType.CHANNEL, both, words)


def peer(both: Both, words: Words = None, to: To = None) -> int:
    """Talk with PEERs: messages go to the one that was connected to, or else heard last."""
    return talk(SocketType.PEER, both, words, to)


def dgram(both: Both, words: Words = None, to: To = None, addressed: Addressed = False) -> int:
    """Talk UDP with any program; messages go to whoever was heard last."""
    return talk(SocketType.DGRAM, both, words, to, addressed)
