"""Who may use udp, and how (features 2.6)."""

from __future__ import annotations

import os
from errno import EADDRINUSE, EADDRNOTAVAIL, EINVAL, ENODEV, ENOENT
from typing import Any

import pytest

import zerowire as zmq
from tests.conftest import WaitUntil
from tests.engine.bench import Bench
from tests.engine.datagrams import GROUP, HERE, Plain, counts, letter, listening, received, send, sending
from zerowire.constants import Errno, SecurityMechanism, SocketType
from zerowire.engine.socket import SocketCore
from zerowire.engine.udp_link import UdpLink
from zerowire.error import ZMQError
from zerowire.options.security import Security
from zerowire.patterns.registry import PATTERNS

VERBS = ["bind", "connect"]
ALLOWED = {("RADIO", "connect"), ("DISH", "bind"), ("DGRAM", "bind")}
REFUSED = [(kind.name, verb) for kind in PATTERNS for verb in VERBS if (kind.name, verb) not in ALLOWED]


def refusal(call: Any, *arguments: Any) -> tuple[int | None, str]:
    with pytest.raises(ZMQError) as caught:
        call(*arguments)
    return caught.value.errno, str(caught.value)


@pytest.mark.parametrize(("kind", "verb"), REFUSED)
def test_other_socket_types_are_refused(bench: Bench, kind: str, verb: str) -> None:
    """EP-1, section 2.2; before the address is looked at (EP-2)."""
    core = bench.open(SocketType[kind])
    number, told = refusal(getattr(core.endpoints, verb), "udp://nosuch0;nowhere")
    assert number == Errno.ENOCOMPATPROTO
    assert f"RADIO, which connects, and DISH and DGRAM, which bind: {kind} cannot {verb} to udp://" in told


@pytest.mark.parametrize(("kind", "verb"), sorted(ALLOWED))
def test_socket_that_is_to_encrypt_is_refused(bench: Bench, kind: str, verb: str) -> None:
    """libzmq would send in clear."""
    core = bench.open(SocketType[kind])
    core.settings.security = Security(SecurityMechanism.PLAIN, as_server=True)
    number, told = refusal(getattr(core.endpoints, verb), f"udp://{HERE}:5555")
    assert number == EINVAL
    assert "can be neither encrypted nor authenticated, and the socket shall use PLAIN" in told


@pytest.mark.parametrize(("kind", "verb"), sorted(ALLOWED))
@pytest.mark.parametrize(
    ("address", "number"),
    [(HERE, EINVAL), ("nosuch0;239.0.0.1:5555", ENODEV), (f"lo;{HERE}:5555", EINVAL), (f"{HERE}:x", EINVAL)],
)
def test_address_that_does_not_fit_is_refused(
    bench: Bench, kind: str, verb: str, address: str, number: int
) -> None:
    """UDP-2"""
    core = bench.open(SocketType[kind])
    found, told = refusal(getattr(core.endpoints, verb), f"udp://{address}")
    assert found == number
    assert address in told
    assert not core.tasks
    assert core.last_endpoint == ""


def test_bind_fails_at_once(bench: Bench) -> None:
    """libzmq returns, and nothing ever comes."""
    with Plain() as other:
        for address, number in ((other.address, EADDRINUSE), ("203.0.113.7:5555", EADDRNOTAVAIL)):
            core = bench.open(SocketType.DISH)
            assert refusal(core.endpoints.bind, f"udp://{address}")[0] == number


def test_no_threads_means_no_datagrams() -> None:
    """CTX-2: IO_THREADS 0 allows inproc only."""
    with zmq.Context(0) as context, context.socket(zmq.DISH) as socket:
        assert refusal(socket.bind, f"udp://{HERE}:*")[0] == zmq.EMTHREAD


def role_of(core: SocketCore) -> str:
    (link,) = core.tasks
    assert isinstance(link, UdpLink)
    return link.role


# -- endpoints -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["DISH", "DGRAM"])
def test_last_endpoint_is_where_one_is_bound(bench: Bench, kind: str) -> None:
    """libzmq tells the text of bind() without its scheme, which nobody can use."""
    core = bench.open(SocketType[kind])
    core.endpoints.bind("udp://lo:*")
    assert role_of(core) == "bind"
    port = core.last_endpoint.rpartition(":")[2]
    assert core.last_endpoint == f"udp://{HERE}:{port}"
    assert int(port) > 0
    (pipe,) = core.pipes
    assert pipe.endpoint == core.last_endpoint


def test_last_endpoint_after_connect_is_its_text(bench: Bench) -> None:
    core = sending(bench, f"udp://lo;{GROUP}:5555")
    assert core.last_endpoint == f"udp://lo;{GROUP}:5555"
    assert role_of(core) == "connect"


@pytest.mark.parametrize("text", ["udp://lo:*", "LAST_ENDPOINT"])
def test_unbind_takes_the_text_of_bind_or_last_endpoint(bench: Bench, text: str) -> None:
    """EP-6"""
    core = listening(bench, address="lo:*")
    core.endpoints.remove(core.last_endpoint if text == "LAST_ENDPOINT" else text)
    assert not core.tasks
    assert not core.pipes
    assert refusal(core.endpoints.remove, text)[0] in (ENOENT, EINVAL)
    assert refusal(core.endpoints.remove, "udp://lo:*")[0] == ENOENT


def test_disconnect_takes_the_text_of_connect(bench: Bench) -> None:
    core = sending(bench, f"udp://{HERE}:5555")
    core.endpoints.remove(f"udp://{HERE}:5555")
    assert not core.tasks


def test_radio_sends_everything_to_all_its_endpoints(bench: Bench) -> None:
    """RADIO-4, EP-4, EP-5: also twice to the same."""
    with Plain() as first, Plain() as second:
        core = sending(bench, f"udp://{first.address}")
        for each in (first, second):
            core.endpoints.connect(f"udp://{each.address}")
        assert core.pattern.count_subscribers(b"any") == 3
        send(core, letter("any", b"body"))
        assert [first.hear(), first.hear(), second.hear()] == [b"\3anybody"] * 3


def test_dish_binds_as_often_as_it_likes(bench: Bench) -> None:
    """EP-4"""
    core = listening(bench, "g")
    here = core.last_endpoint
    core.endpoints.bind(f"udp://lo;{GROUP}:*")
    there = core.last_endpoint
    for endpoint in (here, there):
        radio = sending(bench, endpoint)
        send(radio, letter("g", endpoint.encode()))
        assert received(bench, core) == ("g", endpoint.encode())


def test_dgram_has_one_endpoint(bench: Bench) -> None:
    """With libzmq the second bind() succeeds, and nothing ever comes from there."""
    core = bench.open(SocketType.DGRAM)
    core.endpoints.bind(f"udp://{HERE}:*")
    bound = core.last_endpoint
    number, told = refusal(core.endpoints.bind, f"udp://{HERE}:*")
    assert number == EINVAL
    assert f"bound to {bound}: unbind it first" in told
    core.endpoints.remove(bound)
    core.endpoints.bind(bound)


def test_idle_dish_is_read_up_to_its_mark(context: zmq.Context, wait_until: WaitUntil) -> None:
    """RCVHWM: the caretaker reads while the program is busy elsewhere."""
    with context.socket(zmq.DISH) as dish, context.socket(zmq.RADIO) as radio:
        dish.rcvhwm = 3
        dish.join("g")
        dish.bind(f"udp://{HERE}:*")
        radio.connect(dish.last_endpoint)
        for number in range(5):
            radio.send(bytes((number,)), group="g")
        wait_until(lambda: dish.stats().queued_in == 3)
        dish.rcvtimeo = 10_000
        assert [dish.recv() for _ in range(5)] == [bytes((number,)) for number in range(5)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork()")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of other threads, which do nothing
def test_forked_child_gives_the_endpoint_back(context: zmq.Context) -> None:
    with context.socket(zmq.DISH) as dish, context.socket(zmq.RADIO) as radio:
        dish.join("g")
        dish.bind(f"udp://{HERE}:*")
        (link,) = dish._core.tasks
        assert isinstance(link, UdpLink)
        fd = link.listener.fileno()
        child = os.fork()
        if child == 0:
            try:
                os.fstat(fd)
            except OSError:
                os._exit(0)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        radio.connect(dish.last_endpoint)
        radio.send(b"still here", group="g")
        dish.rcvtimeo = 10_000
        assert dish.recv() == b"still here"


def test_no_events_are_reported(bench: Bench) -> None:
    """UDP-4"""
    core = bench.open(SocketType.DISH)
    seen = bench.record(core)
    core.endpoints.bind(f"udp://{HERE}:*")
    core.endpoints.remove(core.last_endpoint)
    assert seen.names == []


def test_marks_are_those_at_bind_or_later(bench: Bench) -> None:
    """PIPE-3"""
    core = listening(bench, rcvhwm=7)
    (pipe,) = core.pipes
    assert pipe.inbound.hwm == 7
    core.settings.rcvhwm = 9
    core.update_hwm()
    assert pipe.inbound.hwm == 9
    assert counts(core).received == 0
