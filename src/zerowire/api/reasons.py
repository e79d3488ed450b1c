"""Why a call did not get what it waited for, in words that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from zerowire.constants import SocketOption, SocketType
from zerowire.engine.socket import SocketCore

if TYPE_CHECKING:
    from zerowire.patterns.draft.dish import Dish

NO_PEER = "the socket has no peer; bind() or connect() first, or wait_for_peers()"


def why_not_received(core: SocketCore, timeout_ms: int) -> str:
    """Say why nothing was received in time. Called with the lock held."""
    told = f"nothing has come in {timeout_ms} ms (RCVTIMEO)"
    if core.type == SocketType.SUB and not core.pattern.get_option(SocketOption.TOPICS_COUNT):
        return f"{told}: the socket has subscribed to nothing; subscribe('') is to everything"
    if core.type == SocketType.DISH and not cast("Dish", core.pattern).groups:
        return f"{told}: the socket has joined no group; join() those that it shall receive"
    if not core.pipes:
        return f"{told}: {NO_PEER}"
    if not any(owner.is_ready for owner in core.pipes.values()):
        return f"{told}: {nobody_at(core)}"
    return f"{told}: no peer has sent anything; raise it to wait longer"


def why_not_sent(core: SocketCore, timeout_ms: int) -> str:
    """Say why a message could not be sent in time. Called with the lock held."""
    told = (
        f"the message was not sent in {timeout_ms} ms (SNDTIMEO)"
        if timeout_ms
        else "no message can be sent now"
    )
    if not core.pipes:
        return f"{told}: {NO_PEER}"
    mark = f"the high-water mark (SNDHWM is {core.settings.sndhwm}) is reached"
    if not any(owner.is_ready for owner in core.pipes.values()):
        return f"{told}: {mark}, and {nobody_at(core)}"
    return f"{told}: {mark}; see whether the peers receive, wait longer, or raise it before you connect"


def nobody_at(core: SocketCore) -> str:
    """Say where no peer is."""
    endpoints = ", ".join(sorted({pipe.endpoint for pipe in core.pipes})[:3])
    return f"nobody is at {endpoints} yet; start the peer, or correct the endpoint"
