"""Options of a socket: its own, its type's, and facts."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from tests.engine.bench import Bench
from zerowire.constants import SocketOption, SocketType
from zerowire.engine.settings import get_option, set_option
from zerowire.error import ZMQError


def test_shared_option_is_the_sockets_own(bench: Bench) -> None:
    first, second = bench.open(SocketType.PUSH), bench.open(SocketType.PUSH)
    set_option(first, SocketOption.SNDHWM, 5)
    assert (get_option(first, SocketOption.SNDHWM), get_option(second, SocketOption.SNDHWM)) == (5, 1000)


def test_option_of_a_type_is_known_to_it_alone(bench: Bench) -> None:
    router, dealer = bench.open(SocketType.ROUTER), bench.open(SocketType.DEALER)
    set_option(router, SocketOption.ROUTER_MANDATORY, 1)
    with pytest.raises(ZMQError) as caught:
        set_option(dealer, SocketOption.ROUTER_MANDATORY, 1)
    assert caught.value.errno == errno.EINVAL


def test_option_that_can_be_set_only(bench: Bench) -> None:
    router = bench.open(SocketType.ROUTER)
    with pytest.raises(ZMQError, match="ROUTER_MANDATORY can be set only") as caught:
        get_option(router, SocketOption.ROUTER_MANDATORY)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize("kind", [SocketType.PUSH, SocketType.PUB, SocketType.REQ])
def test_only_subscribers_subscribe(bench: Bench, kind: SocketType) -> None:
    with pytest.raises(ZMQError, match=f"SUBSCRIBE cannot be set on a {kind.name} socket") as caught:
        set_option(bench.open(kind), SocketOption.SUBSCRIBE, b"")
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize("value", ["text", 5, 1.0, None])
def test_topic_is_octets(bench: Bench, value: Any) -> None:
    with pytest.raises((TypeError, ZMQError)):
        set_option(bench.open(SocketType.SUB), SocketOption.SUBSCRIBE, value if value is not None else "")


def test_marks_of_live_pipes_change(bench: Bench) -> None:
    """PIPE-3."""
    core = bench.open(SocketType.DEALER)
    core.endpoints.connect("inproc://nobody")
    (pipe,) = core.pipes
    set_option(core, SocketOption.SNDHWM, 1)
    assert core.try_send(b"fits")
    assert not core.try_send(b"does not")
    set_option(core, SocketOption.SNDHWM, 2)
    assert core.try_send(b"fits now")
    set_option(core, SocketOption.RCVHWM, 7)
    assert pipe.inbound.hwm == 7


def test_facts_are_facts(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    core.endpoints.bind("inproc://facts")
    assert get_option(core, SocketOption.TYPE) == SocketType.PULL
    assert get_option(core, SocketOption.LAST_ENDPOINT) == b"inproc://facts"
    assert get_option(core, SocketOption.EVENTS) == 0
    assert get_option(core, SocketOption.FD) == core.fileno()
    assert get_option(core, SocketOption.MECHANISM) == 0


def test_rest_of_a_message_is_an_event(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    core.incoming.open([b"a", b"b"], {})
    assert get_option(core, SocketOption.EVENTS) == 1
    core.incoming.next()
    assert get_option(core, SocketOption.EVENTS) == 0


@pytest.mark.parametrize("number", [-1, 0, 9999])
def test_unknown_option_is_invalid(bench: Bench, number: int) -> None:
    core = bench.open(SocketType.PULL)
    for attempt in (lambda: set_option(core, number, 1), lambda: get_option(core, number)):
        with pytest.raises(ZMQError) as caught:
            attempt()
        assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize("number", [SocketOption.TYPE, SocketOption.FD, SocketOption.LAST_ENDPOINT])
def test_facts_cannot_be_set(bench: Bench, number: int) -> None:
    with pytest.raises((ZMQError, TypeError)):
        set_option(bench.open(SocketType.PULL), number, 1)
