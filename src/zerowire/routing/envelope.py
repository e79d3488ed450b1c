"""The address envelope of requests and replies.

    [ routing id ]*  [ empty delimiter ]  [ body ]+

Intermediaries stack routing ids before the delimiter. REP keeps the envelope of a
request and puts it before the reply, so that the reply finds its way back.
"""

from __future__ import annotations

from zerowire.message import Message, Part, message_of


def split_envelope(message: Message) -> tuple[list[Part], Message] | None:
    """Part a message into its envelope, delimiter included, and its body.

    Returns:
        None if the message has no delimiter or nothing behind it.
    """
    if not isinstance(message, list):
        return None
    for place in range(len(message) - 1):
        if not len(message[place]):
            return message[: place + 1], message_of(message[place + 1 :])
    return None


def join_envelope(envelope: list[Part], body: Message) -> Message:
    """Return a message with an envelope, delimiter included, before its body."""
    return [*envelope, *body] if isinstance(body, list) else [*envelope, body]
