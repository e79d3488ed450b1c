"""What a socket is bound and connected to, by its texts."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.engine.bench import Bench, ScriptedTransport
from zerowire.constants import Errno, SocketType
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError
from zerowire.transport import schemes

ANYWHERE = "tcp://127.0.0.1:*"


def number_of(error: pytest.ExceptionInfo[ZMQError]) -> int | None:
    return error.value.errno


def test_wildcard_is_known_by_what_it_became(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    core.endpoints.bind(ANYWHERE)
    where = core.last_endpoint
    assert where.startswith("tcp://127.0.0.1:")
    assert not where.endswith("*")
    with pytest.raises(ZMQError) as caught:
        core.endpoints.remove(ANYWHERE)
    assert number_of(caught) == errno.ENOENT
    core.endpoints.remove(where)
    assert core.tasks == {}


def test_bound_endpoint_can_be_unbound_by_a_name(bench: Bench) -> None:
    """EP-6: the text is resolved."""
    core = bench.open(SocketType.PULL)
    core.endpoints.bind("tcp://127.0.0.1:*")
    port = core.last_endpoint.rpartition(":")[2]
    core.endpoints.remove(f"tcp://localhost:{port}")
    assert core.tasks == {}


def test_unknown_endpoint_is_an_error_that_names_the_known(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    with pytest.raises(ZMQError, match="endpoints of this socket: none") as caught:
        core.endpoints.remove("inproc://elsewhere")
    assert number_of(caught) == errno.ENOENT
    core.endpoints.bind("inproc://here")
    with pytest.raises(ZMQError, match="inproc://here"):
        core.endpoints.remove("inproc://elsewhere")


def test_failed_bind_is_reported_and_leaves_nothing(bench: Bench) -> None:
    first, second = bench.open(SocketType.PULL), bench.open(SocketType.PULL)
    first.endpoints.bind(ANYWHERE)
    recorder = bench.record(second)
    with pytest.raises(ZMQError) as caught:
        second.endpoints.bind(first.last_endpoint)
    assert number_of(caught) == errno.EADDRINUSE
    assert (second.tasks, second.last_endpoint) == ({}, "")
    (event,) = recorder.seen
    assert recorder.names == ["BIND_FAILED"]
    assert (event.value, event.endpoint) == (errno.EADDRINUSE, first.last_endpoint)


@pytest.mark.parametrize("text", ["", "tcp", "tcp:/x", "://x"])
def test_text_that_is_no_endpoint_is_invalid(bench: Bench, text: str) -> None:
    core = bench.open(SocketType.PULL)
    for attempt in (core.endpoints.bind, core.endpoints.connect):
        with pytest.raises(ZMQError) as caught:
            attempt(text)
        assert number_of(caught) == errno.EINVAL


def test_unknown_scheme_is_not_supported(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    for attempt in (core.endpoints.bind, core.endpoints.connect, core.endpoints.remove):
        with pytest.raises(ZMQError) as caught:
            attempt("ftl://a")
        assert number_of(caught) == Errno.EPROTONOSUPPORT


def test_context_without_io_threads_allows_inproc_only(bench: Bench) -> None:
    bench.context.settings.io_threads = 0
    core = bench.open(SocketType.PULL)
    core.endpoints.bind("inproc://allowed")
    for attempt in (core.endpoints.bind, core.endpoints.connect):
        with pytest.raises(ZMQError) as caught:
            attempt("tcp://127.0.0.1:5555")
        assert number_of(caught) == Errno.EMTHREAD


@pytest.mark.parametrize(
    ("kind", "sessions"),
    [
        (SocketType.DEALER, 1),
        (SocketType.SUB, 1),
        (SocketType.PUB, 1),
        (SocketType.REQ, 1),
        (SocketType.PUSH, 2),
        (SocketType.PULL, 2),
        (SocketType.ROUTER, 2),
    ],
)
def test_second_connect_to_the_same_endpoint(
    bench: Bench,
    transport: ScriptedTransport,
    monkeypatch: pytest.MonkeyPatch,
    kind: SocketType,
    sessions: int,
) -> None:
    """EP-5: ignored for some types, another connection for others; one disconnect ends all."""
    monkeypatch.setitem(schemes.TRANSPORTS, "tcp", transport)
    core = bench.open(kind)
    for _ in range(2):
        core.endpoints.connect("tcp://peer:1")
    assert len(core.tasks) == sessions
    core.endpoints.remove("tcp://peer:1")
    assert core.tasks == {}


def test_name_for_a_peer_serves_one_connect(bench: Bench) -> None:
    core = bench.open(SocketType.ROUTER)
    core.settings.connect_routing_id = b"bob"
    core.endpoints.connect("inproc://bob")
    assert core.settings.connect_routing_id == b""
    assert [pipe.routing_id for pipe in core.pipes] == [b"bob"]


def test_name_that_is_taken_refuses_the_connection(
    bench: Bench, transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(schemes.TRANSPORTS, "tcp", transport)
    core = bench.open(SocketType.ROUTER, connect_routing_id=b"bob")
    core.endpoints.connect("tcp://peer:1")
    core.settings.connect_routing_id = b"bob"
    with pytest.raises(ZMQError) as caught:
        core.endpoints.connect("tcp://peer:2")
    assert number_of(caught) == errno.EINVAL
    assert len(core.tasks) == len(core.pipes) == 1


def test_name_that_is_taken_refuses_an_inproc_connection(bench: Bench) -> None:
    """A refused connect() leaves nothing behind, and the name stays free for others."""
    core = bench.open(SocketType.ROUTER, connect_routing_id=b"bob")
    core.endpoints.connect("inproc://one")
    core.settings.connect_routing_id = b"bob"
    with pytest.raises(ZMQError) as caught:
        core.endpoints.connect("inproc://two")
    assert number_of(caught) == errno.EINVAL
    assert len(core.tasks) == len(core.pipes) == len(core.inproc_pipes) == 1
    binder = bench.open(SocketType.DEALER)
    binder.endpoints.bind("inproc://two")
    assert len(binder.pipes) == 0


def test_endpoint_is_free_again_after_unbind(bench: Bench, tmp_path: Path) -> None:
    core = bench.open(SocketType.PULL)
    for endpoint in ("inproc://again", f"ipc://{tmp_path}/s"):
        for _ in range(2):
            core.endpoints.bind(endpoint)
            core.endpoints.remove(endpoint)
    assert core.tasks == {}


def test_session_that_ends_by_itself_is_forgotten(
    bench: Bench, transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(schemes.TRANSPORTS, "tcp", transport)

    def is_known(core: SocketCore) -> bool:
        try:
            core.endpoints.remove("tcp://peer:1")
        except ZMQError:
            return False
        return True

    core = bench.open(SocketType.DEALER, reconnect_ivl=-1)
    core.endpoints.connect("tcp://peer:1")  # refused, and not tried again
    assert core.tasks == {}
    assert not is_known(core)
    core.endpoints.connect("tcp://peer:1")  # so that it can be connected to again
    assert len(transport.made) == 2
