"""Endpoints of ws: tcp underneath, with a path (features 2.8)."""

from __future__ import annotations

from errno import EINVAL

import pytest

from tests.transport.conftest import Wiring
from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.transport.ws import TRANSPORT


def test_octets_pass_as_they_are(wiring: Wiring) -> None:
    """WS-1."""
    near, far = wiring.pair(TRANSPORT, "127.0.0.1:*/there")
    assert near.send(b"hello") == 5
    assert wiring.receive(far) == b"hello"
    assert (near.remote, far.remote) == (far.local, near.local)
    assert near.remote.startswith("ws://127.0.0.1:")
    assert near.remote.endswith("/there")
    assert far.peer_address == "127.0.0.1"


@pytest.mark.parametrize(("address", "path"), [("127.0.0.1:*", "/"), ("127.0.0.1:0/a/b?c=%20", "/a/b?c=%20")])
def test_endpoint_says_where_it_is(wiring: Wiring, address: str, path: str) -> None:
    """WS-1: the path is / if there is none."""
    listener = wiring.listen(TRANSPORT, address)
    place, slash, rest = listener.endpoint.removeprefix("ws://").partition("/")
    assert slash + rest == path
    assert not place.endswith(":0")
    assert TRANSPORT.resolve(place + path, Settings()) == [listener.endpoint]


def test_name_of_a_host_is_looked_up(wiring: Wiring) -> None:
    listener = wiring.listen(TRANSPORT, "127.0.0.1:*")
    port = listener.endpoint.rpartition(":")[2]
    connecter = wiring.keep(TRANSPORT.connecter(f"localhost:{port}", Settings()))
    assert connecter.needs_lookup
    wiring.finish(connecter)
    assert connecter.fileno() == -1


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.0.0.1:x", "*:80", "127.0.0.1:80/a b", "127.0.0.1:80/ö"]
)
def test_address_that_can_never_be_reached(address: str) -> None:
    """WS-1."""
    with pytest.raises(ZMQError) as caught:
        TRANSPORT.check_connect(address, Settings())
    assert caught.value.errno == EINVAL


def test_refusal_names_the_endpoint(wiring: Wiring) -> None:
    listener = TRANSPORT.listen("127.0.0.1:*", Settings())
    listener.close()
    with pytest.raises(ZMQError, match=listener.endpoint):
        wiring.dial(TRANSPORT, listener.endpoint.removeprefix("ws://"))
