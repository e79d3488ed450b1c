"""Whatever a peer says in a handshake, a mechanism takes it or says RemoteProtocolError."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zmtp.mechanism.model import CLIENT, SERVER, Client, Server, Source
from zerowire.error import RemoteProtocolError
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.curve import CurveClient, CurveServer
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.mechanism.plain import PlainClient, PlainServer

MAKERS: dict[str, Callable[[], Mechanism]] = {
    "null": lambda: Null(b""),
    "plain client": lambda: PlainClient(b"", username=b"ann", password=b"secret"),
    "plain server": lambda: PlainServer(b""),
    "curve client": lambda: CurveClient(
        b"", public_key=CLIENT.public, secret_key=CLIENT.secret, server_key=SERVER.public, fill=Source()
    ),
    "curve server": lambda: CurveServer(
        b"", public_key=SERVER.public, secret_key=SERVER.secret, fill=Source()
    ),
}
NAMES = [b"\5HELLO", b"\7WELCOME", b"\10INITIATE", b"\5READY", b"\5ERROR", b"\7MESSAGE", b""]

bodies = st.one_of(
    st.builds(bytes.__add__, st.sampled_from(NAMES), st.binary(max_size=300)),
    st.sampled_from([b"\5HELLO\3ann\6secret", b"\7WELCOME", b"\10INITIATE", b"\5READY", Client().hello()]),
)


@pytest.mark.parametrize("name", MAKERS)
@given(st.lists(bodies, max_size=6))
def test_any_commands_are_taken_or_refused(name: str, said: list[bytes]) -> None:
    mechanism = MAKERS[name]()
    with suppress(RemoteProtocolError):
        mechanism.next_command()
        for body in said:
            mechanism.receive_command(body)
            if mechanism.credentials is not None:
                mechanism.credentials = None
                mechanism.accept()
            while mechanism.next_command() is not None:
                assert body
            if mechanism.is_done:
                return


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_any_octets_for_a_client_of_curve_after_hello(data: bytes, metadata: bytes) -> None:
    ours, server = MAKERS["curve client"](), Server()
    hello = ours.next_command()
    assert hello is not None
    server.read_hello(hello)
    for name in (b"\7WELCOME", b"\5READY"):
        with pytest.raises(RemoteProtocolError):
            ours.receive_command(name + data)
        if name == b"\7WELCOME":
            ours.receive_command(server.welcome())
            initiate = ours.next_command()
            assert initiate is not None
            server.read_initiate(initiate)
    ours.receive_command(server.ready(metadata))
    assert (ours.is_done, ours.peer_metadata) == (True, metadata)
