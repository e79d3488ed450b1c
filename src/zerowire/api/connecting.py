"""Waiting in connect() for the peer, and saying why it does not come."""

from __future__ import annotations

from collections.abc import Callable
from errno import EACCES, ECONNRESET, EPROTO, ETIMEDOUT
from typing import Any

from zerowire.api import blocking
from zerowire.constants import SecurityMechanism
from zerowire.engine.socket import SocketCore
from zerowire.error import ConnectFailed, RemoteProtocolError, ZMQError
from zerowire.zmtp.events import PeerTimeout

STATUS = {300: "its authenticator asks to try again later", 400: "", 500: "its authenticator failed"}
SHALL_KNOW = {
    SecurityMechanism.NULL: "its authenticator does not want our address",
    SecurityMechanism.PLAIN: "it does not know our user name and password",
    SecurityMechanism.CURVE: "it does not know our public key",
    SecurityMechanism.GSSAPI: "it does not want our principal",
}
SILENT = {
    SecurityMechanism.NULL: "it may want another mechanism, or have too many peers",
    SecurityMechanism.PLAIN: "it may have nobody who decides about passwords, or want another mechanism",
    SecurityMechanism.CURVE: "most likely its public key is not our CURVE_SERVERKEY",
    SecurityMechanism.GSSAPI: "it may have no keytab for the service that we named",
}


Until = Callable[[SocketCore, Callable[[], bool], int], bool]


def wait_for_peer(core: SocketCore, endpoint: str, timeout_ms: int, until: Until = blocking.until) -> None:
    """Wait until the peer of a connect() has completed its handshake.

    Args:
        core: The socket; its lock is held.
        endpoint: What was connected to.
        timeout_ms: Milliseconds; -1 is for ever.
        until: What waits; with its arguments and result.

    Raises:
        ConnectFailed: It has not, or not in time. The socket is not connected there any more.
    """
    session = core.endpoints.newest(endpoint)
    if until(core, lambda: session.is_ready or is_hopeless(session), timeout_ms) and session.is_ready:
        return
    failure = why(session, timeout_ms)
    try:
        core.endpoints.remove(endpoint)
    except ZMQError:
        pass  # the peer broke the protocol, so that it was given up already
    raise failure


def is_hopeless(session: Any) -> bool:
    """Whether another attempt would most likely end in the same way: the handshake has failed."""
    return getattr(session, "trouble", None) is not None and session.was_heard  # inproc has no trouble


def why(session: Any, timeout_ms: int) -> ConnectFailed:
    """Return what is wrong with a peer that is not ready."""
    where, error = session.endpoint, getattr(session, "trouble", None)
    mechanism = SecurityMechanism(session.settings.security.mechanism)
    if error is None:
        return ConnectFailed(ETIMEDOUT, f"{where}: no answer within {timeout_ms} ms")
    if isinstance(error, RemoteProtocolError):
        if error.status is not None:
            reason = STATUS.get(error.status) or SHALL_KNOW[mechanism]
            return ConnectFailed(EACCES, f"{where}: the peer refused us with status {error.status}: {reason}")
        return ConnectFailed(EPROTO, f"{where}: we refused the peer: {error}")
    if isinstance(error, PeerTimeout):
        return ConnectFailed(ETIMEDOUT, f"{where}: the peer answers, and does not shake hands: {error}")
    number = getattr(error, "errno", None) or ECONNRESET
    if session.was_heard:
        text = f"the peer closed the connection during the handshake: {SILENT[mechanism]}"
        return ConnectFailed(ECONNRESET, f"{where}: {text}")
    return ConnectFailed(number, f"{where}: no peer within {timeout_ms} ms: {error}")
