"""Requests on sockets, driven step by step at times that the test makes up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq
from zerowire.api.exchange import Exchange, make_exchange
from zerowire.api.request import NoReply
from zerowire.engine.socket import SocketCore
from zerowire.message import Message
from zerowire.testing import VirtualClock

WaitUntil = Callable[..., None]
Ask = Callable[..., Exchange]
PATIENCE = 10_000  # milliseconds


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(50.0)


@pytest.fixture
def router(context: zmq.Context) -> zmq.Socket:
    """A peer that answers as the test wants."""
    router = context.socket(zmq.ROUTER)
    router.rcvtimeo = PATIENCE
    router.bind("inproc://router")
    return router


@pytest.fixture(params=["REQ", "DEALER"])
def client(request: pytest.FixtureRequest, context: zmq.Context, router: zmq.Socket) -> zmq.Socket:
    client = context.socket(zmq.SocketType[request.param])
    client.connect("inproc://router")
    return client


@pytest.fixture
def dealer(context: zmq.Context, router: zmq.Socket) -> zmq.Socket:
    dealer = context.socket(zmq.DEALER)
    dealer.connect("inproc://router")
    return dealer


@pytest.fixture
def req(context: zmq.Context, router: zmq.Socket) -> zmq.Socket:
    req = context.socket(zmq.REQ)
    req.connect("inproc://router")
    return req


@pytest.fixture
def ask(clock: VirtualClock) -> Iterator[Ask]:
    """Return `ask(socket, body, timeout, retries)`, which opens an exchange until the test ends."""
    exchanges: list[Exchange] = []

    def open_one(
        socket: zmq.Socket, body: Message = b"question", timeout: float | None = 1.0, retries: int = 0
    ) -> Exchange:
        core = socket._core
        with core.lock:
            core.enter()
            exchange = make_exchange(core, body, timeout, retries, clock())
            exchange.open()
        exchanges.append(exchange)
        return exchange

    yield open_one
    for exchange in exchanges:
        with exchange.core.lock:
            exchange.close()


def step(exchange: Exchange, clock: VirtualClock) -> bool:
    core: SocketCore = exchange.core
    with core.lock:
        core.enter()
        core.serve()
        return exchange.step(clock())


def test_retries_are_counted_from_zero(req: zmq.Socket, ask: Ask) -> None:
    """Here, so that it holds for every front end."""
    with pytest.raises(ValueError, match=r"retries is -1, must be 0 \(ask once\) or more"):
        ask(req, retries=-1)


def close(exchange: Exchange) -> None:
    with exchange.core.lock:
        exchange.close()


def answer(router: zmq.Socket, body: bytes, times: int = 1) -> list[bytes]:
    """Answer the next request; return its frames."""
    frames = router.recv_multipart()
    for _ in range(times):
        router.send_multipart([*frames[:3], body])
    return frames


# -- both -----------------------------------------------------------------------------------------


def test_a_step_sends_and_a_later_one_has_the_reply(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client)
    assert not step(exchange, clock)
    assert answer(router, b"answer")[3:] == [b"question"]
    assert step(exchange, clock)
    assert exchange.reply == b"answer"


def test_who_finds_its_own_reply_is_not_roused(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client)
    exchange.rouse = lambda: pytest.fail("roused")
    step(exchange, clock)
    answer(router, b"answer")
    assert step(exchange, clock)


def test_a_reply_that_comes_while_the_request_is_sent_is_not_waited_for(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    """To send may be to look at the peers, which a wait that begins later hears nothing of."""
    exchange = ask(client)
    send = exchange._send

    def send_and_look() -> bool:
        is_sent = send()
        answer(router, b"answer")
        client._core.serve()
        return is_sent

    exchange._send = send_and_look  # type: ignore[method-assign]
    assert step(exchange, clock)


def test_requests_do_not_wait_for_company(context: zmq.Context, ask: Ask, clock: VirtualClock) -> None:
    with context.socket(zmq.DEALER) as dealer, context.socket(zmq.ROUTER) as router:
        dealer.linger = 0
        dealer.connect(f"tcp://127.0.0.1:{router.bind_to_random_port('tcp://127.0.0.1')}")
        assert dealer.wait_for_peers(timeout=PATIENCE)
        exchanges = [ask(dealer) for _ in range(20)]
        core = dealer._core
        with core.lock:
            core.enter()
            for exchange in exchanges:
                exchange.step(clock())
                assert core.dirty == []
        for exchange in exchanges:
            close(exchange)


def test_a_request_is_sent_again_when_its_time_is_over(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client, timeout=1.0, retries=1)
    assert not step(exchange, clock)
    clock.advance(0.9)
    assert not step(exchange, clock)
    router.recv_multipart()
    with pytest.raises(zmq.Again):
        router.recv_multipart(zmq.NOBLOCK)
    clock.advance(0.1)
    assert not step(exchange, clock)
    assert exchange.deadline == clock() + 1.0
    answer(router, b"answer")
    assert step(exchange, clock)


def test_the_last_try_ends_in_an_error_that_names_endpoint_tries_and_time(
    client: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client, timeout=0.5, retries=2)
    for _ in range(3):
        assert not step(exchange, clock)
        clock.advance(0.5)
    with pytest.raises(NoReply, match=r"inproc://router, after 3 tries in 1500 ms: .* timeout") as caught:
        step(exchange, clock)
    error = caught.value
    assert (error.endpoint, error.tries, error.seconds) == ("inproc://router", 3, 1.5)


def test_a_reply_at_the_last_moment_counts(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client)
    step(exchange, clock)
    answer(router, b"answer")
    clock.advance(1000.0)
    assert step(exchange, clock)


def test_a_late_reply_is_for_nobody(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    first = ask(client, b"first")
    step(first, clock)
    late = router.recv_multipart()
    close(first)
    second = ask(client, b"second")
    step(second, clock)
    router.send_multipart([*late[:3], b"answer to the first"])
    assert not step(second, clock)
    answer(router, b"answer to the second", times=2)
    assert step(second, clock)
    assert second.reply == b"answer to the second"
    close(second)
    third = ask(client, b"third")
    assert not step(third, clock)
    assert client.stats().dropped == 2


def test_without_a_peer_it_waits_for_one(
    context: zmq.Context, ask: Ask, clock: VirtualClock, client: zmq.Socket, router: zmq.Socket
) -> None:
    with context.socket(client.type) as lonely:
        exchange = ask(lonely)
        assert not step(exchange, clock)
        lonely.connect("inproc://router")
        assert not step(exchange, clock)
        answer(router, b"answer")
        assert step(exchange, clock)
        close(exchange)


def test_without_a_peer_the_error_says_so(
    context: zmq.Context, ask: Ask, clock: VirtualClock, client: zmq.Socket
) -> None:
    with context.socket(client.type) as lonely:
        exchange = ask(lonely, retries=1)
        assert not step(exchange, clock)
        clock.advance(1.0)
        assert not step(exchange, clock)
        clock.advance(1.0)
        with pytest.raises(NoReply, match=r"not sent in 2000 ms: there is no peer; .*connect\(\)") as caught:
            step(exchange, clock)
        assert caught.value.tries == 0
        close(exchange)


def test_a_peer_without_room_is_named_as_the_reason(
    context: zmq.Context, ask: Ask, clock: VirtualClock, client: zmq.Socket
) -> None:
    with context.socket(client.type) as full:
        full.sndhwm = 1
        full.connect("inproc://nobody-yet")
        first = ask(full)
        step(first, clock)
        clock.advance(1.0)
        with pytest.raises(NoReply, match="nobody is at inproc://nobody-yet, after 1 try in 1000 ms: start"):
            step(first, clock)
        close(first)
        second = ask(full)
        step(second, clock)
        clock.advance(1.0)
        with pytest.raises(NoReply, match=r"no peer has room for it; .* SNDHWM"):
            step(second, clock)
        close(second)


def test_when_its_peer_goes_away_a_request_fails_at_once(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client, timeout=None)
    assert not step(exchange, clock)
    router.close()
    with pytest.raises(NoReply, match=r"connection to inproc://router was lost .* after 1 try in 0 ms"):
        step(exchange, clock)


def test_when_its_peer_goes_away_a_request_with_retries_goes_to_the_next(
    context: zmq.Context, client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client, timeout=None, retries=1)
    assert not step(exchange, clock)
    with context.socket(zmq.ROUTER) as another:
        another.rcvtimeo = PATIENCE
        another.bind("inproc://another")
        client.connect("inproc://another")
        router.close()
        assert not step(exchange, clock)
        answer(another, b"answer")
        assert step(exchange, clock)


def test_a_reply_that_came_before_its_peer_left_counts(
    client: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(client, timeout=None)
    step(exchange, clock)
    answer(router, b"answer")
    router.close()
    assert step(exchange, clock)


@pytest.mark.parametrize("kind", [zmq.REQ, zmq.DEALER])
def test_a_lost_connection_is_noticed_although_there_is_a_new_one(
    context: zmq.Context, ask: Ask, clock: VirtualClock, wait_until: WaitUntil, kind: int
) -> None:
    """The pipe of a connected peer outlives its connection (PIPE-7)."""
    with context.socket(kind) as client, context.socket(zmq.ROUTER) as router:
        client.reconnect_ivl = 1
        client.linger = 0
        port = router.bind_to_random_port("tcp://127.0.0.1")
        client.connect(f"tcp://127.0.0.1:{port}")
        assert client.wait_for_peers(timeout=PATIENCE)
        exchange = ask(client, timeout=None)
        assert not step(exchange, clock)
        router.close(0)
        with context.socket(zmq.ROUTER) as successor:
            wait_until(lambda: bound(successor, port))
            assert client._wait_until(lambda: is_new(client, exchange), PATIENCE)
            with pytest.raises(NoReply, match=f"connection to tcp://127.0.0.1:{port} was lost"):
                step(exchange, clock)
            close(exchange)


def bound(socket: zmq.Socket, port: int) -> bool:
    try:
        socket.bind(f"tcp://127.0.0.1:{port}")
    except zmq.ZMQError:
        return False
    return True


def is_new(client: zmq.Socket, exchange: Exchange) -> bool:
    """Whether a connection stands, and it is not the one that the request went over."""
    (pipe, owner), *_ = client._core.pipes.items()
    return bool(owner.is_ready and pipe.metadata is not exchange._connection)


@pytest.mark.parametrize("kind", [zmq.REQ, zmq.DEALER])
def test_a_request_that_waited_for_its_first_connection_is_not_lost_with_it(
    context: zmq.Context, ask: Ask, clock: VirtualClock, kind: int
) -> None:
    with context.socket(kind) as client, context.socket(zmq.ROUTER) as router:
        router.rcvtimeo = PATIENCE
        client.linger = 0
        client.connect("inproc://later")
        exchange = ask(client, timeout=None)
        assert not step(exchange, clock)
        router.bind("inproc://later")
        answer(router, b"answer")
        assert step(exchange, clock)
        close(exchange)


def test_other_sockets_have_no_requests(context: zmq.Context, ask: Ask) -> None:
    with context.socket(zmq.PUB) as pub:
        with pytest.raises(zmq.ZMQError, match="for REQ and DEALER sockets, not for PUB") as caught:
            ask(pub)
        assert caught.value.errno == zmq.ENOTSUP


# -- REQ ------------------------------------------------------------------------------------------


def test_req_numbers_its_requests_on_the_wire_and_tells_nobody(
    req: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    """REQ-1: [request id] [empty] [body]; the options are the user's."""
    numbers = []
    for _ in range(2):
        exchange = ask(req)
        step(exchange, clock)
        pattern: Any = req._core.pattern
        assert not pattern.req_correlate
        assert not pattern.req_relaxed
        _, number, delimiter, body = answer(router, b"answer")
        assert (delimiter, body) == (b"", b"question")
        numbers.append(int.from_bytes(number, sys.byteorder))
        assert step(exchange, clock)
        close(exchange)
    assert numbers[1] - numbers[0] in (1, 1 - 2**32)
    req.send(b"plain")
    assert router.recv_multipart()[1:] == [b"", b"plain"]


def test_req_can_send_after_a_request_was_given_up(
    req: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    """A late reply cannot pass for that to a request without a number (REQ-4)."""
    exchange = ask(req)
    step(exchange, clock)
    late = router.recv_multipart()
    close(exchange)
    req.send(b"plain")
    router.send_multipart([*late[:3], b"late"])
    asker, delimiter, body = router.recv_multipart()
    router.send_multipart([asker, delimiter, b"answer to " + body])
    assert req.recv() == b"answer to plain"


def test_req_refuses_a_request_while_a_message_of_send_waits_for_its_reply(
    req: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    req.send(b"plain")
    exchange = ask(req)
    with pytest.raises(zmq.ZMQError, match="receive first") as caught:
        step(exchange, clock)
    assert caught.value.errno == zmq.EFSM
    close(exchange)
    asker, delimiter, body = router.recv_multipart()
    router.send_multipart([asker, delimiter, body])
    assert req.recv() == b"plain"


def test_with_relaxed_a_request_takes_the_place_of_what_send_sent(
    req: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    """REQ-7."""
    req.req_relaxed = True
    req.send(b"plain")
    exchange = ask(req)
    assert not step(exchange, clock)
    assert router.recv_multipart()[2:] == [b"plain"]
    answer(router, b"answer")
    assert step(exchange, clock)


def test_with_relaxed_a_message_of_send_ends_the_request_under_way(
    req: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    req.req_relaxed = True
    exchange = ask(req)
    step(exchange, clock)
    req.send(b"plain")
    router.recv_multipart()
    asker, delimiter, _ = router.recv_multipart()
    router.send_multipart([asker, delimiter, b"answer"])
    with pytest.raises(zmq.ZMQError, match="another thread has sent") as caught:
        step(exchange, clock)
    assert caught.value.errno == zmq.EFSM
    close(exchange)
    assert req.recv() == b"answer"


def test_nobody_receives_the_reply_of_a_req_but_who_asked(
    req: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(req)
    step(exchange, clock)
    answer(router, b"answer")
    with pytest.raises(zmq.ZMQError, match=r"thread that waits in request\(\)") as caught:
        req.recv(zmq.NOBLOCK)
    assert caught.value.errno == zmq.EFSM
    assert step(exchange, clock)


def test_requests_of_a_req_take_turns(
    req: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    first, second = ask(req, b"first"), ask(req, b"second")
    roused: list[str] = []
    second.rouse = lambda: roused.append("second")
    assert not step(first, clock)
    assert not step(second, clock)
    assert not second.is_first
    assert answer(router, b"1")[3:] == [b"first"]
    assert step(first, clock)
    assert roused == []
    close(first)
    assert roused == ["second"]
    assert second.is_first
    step(second, clock)
    assert answer(router, b"2")[3:] == [b"second"]
    assert step(second, clock)
    assert second.reply == b"2"


def test_a_turn_that_never_came_is_named_as_the_reason(
    req: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    first, second = ask(req, timeout=None), ask(req)
    step(first, clock)
    step(second, clock)
    clock.advance(1.0)
    with pytest.raises(NoReply, match=r"not sent in 1000 ms: another thread's is under way .* a DEALER"):
        step(second, clock)


# -- DEALER ---------------------------------------------------------------------------------------


def test_each_request_of_a_dealer_gets_its_own_reply(
    dealer: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchanges = [ask(dealer, bytes([number])) for number in range(5)]
    for exchange in exchanges:
        step(exchange, clock)
    requests = [router.recv_multipart() for _ in exchanges]
    for *envelope, body in reversed(requests):
        router.send_multipart([*envelope, b"answer to " + body])
    assert all(step(exchange, clock) for exchange in exchanges)
    assert [exchange.reply for exchange in exchanges] == [b"answer to " + bytes([n]) for n in range(5)]


def test_whoever_finds_the_reply_of_another_rouses_it(
    dealer: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    first, second = ask(dealer), ask(dealer)
    roused: list[str] = []
    first.rouse = lambda: roused.append("first")
    second.rouse = lambda: roused.append("second")
    step(first, clock)
    step(second, clock)
    roused.clear()
    router.recv_multipart()
    answer(router, b"answer to the second")
    assert not step(first, clock)
    assert roused == ["second"]
    assert second.reply == b"answer to the second"


def test_a_receiver_of_other_messages_rouses_who_waits_for_a_reply(
    dealer: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(dealer)
    roused: list[str] = []
    exchange.rouse = lambda: roused.append("it")
    step(exchange, clock)
    answer(router, b"answer")
    assert dealer.try_recv() is None
    assert roused == ["it"]
    assert exchange.reply == b"answer"


def test_the_first_rouses_those_whose_peer_has_gone_or_who_can_send_now(
    context: zmq.Context, ask: Ask, clock: VirtualClock, router: zmq.Socket
) -> None:
    with context.socket(zmq.DEALER) as dealer:
        first, second = ask(dealer, timeout=None), ask(dealer, timeout=None)
        roused: list[str] = []
        second.rouse = lambda: roused.append("second")
        step(first, clock)
        step(second, clock)
        dealer.connect("inproc://router")
        step(first, clock)
        assert roused == ["second"]
        step(second, clock)
        with context.socket(zmq.ROUTER) as another:
            another.rcvtimeo = PATIENCE
            another.bind("inproc://another")
            dealer.connect("inproc://another")
            dealer.disconnect("inproc://router")
            with pytest.raises(NoReply):
                step(first, clock)
            close(first)
            assert roused == ["second", "second"]  # it is the first now
            with pytest.raises(NoReply):
                step(second, clock)
            close(second)


def test_the_first_notices_that_the_peer_of_another_has_gone(
    context: zmq.Context, dealer: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    with context.socket(zmq.ROUTER) as another:
        another.bind("inproc://another")
        dealer.connect("inproc://another")
        first, second = ask(dealer), ask(dealer)
        step(first, clock)
        step(second, clock)
        roused: list[str] = []
        second.rouse = lambda: roused.append("second")
        assert second._pipe is not None
        dealer.disconnect(second._pipe.endpoint)
        step(first, clock)
        assert roused == ["second"]


def test_what_is_no_reply_waits_for_recv_in_order(
    dealer: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    exchange = ask(dealer)
    step(exchange, clock)
    frames = router.recv_multipart()
    router.send_multipart([frames[0], b"one"])
    router.send_multipart([*frames[:3], b"answer"])
    router.send_multipart([frames[0], b"two", b"frames"])
    assert step(exchange, clock)
    close(exchange)
    router.send_multipart([*frames[:3], b"late"])
    router.send_multipart([frames[0], b"three"])
    assert dealer.poll(PATIENCE) == zmq.POLLIN
    received = [dealer.recv_multipart(zmq.NOBLOCK) for _ in range(3)]
    assert received == [[b"one"], [b"two", b"frames"], [b"three"]]
    assert dealer.try_recv() is None


def test_what_is_no_reply_is_dropped_and_counted_beyond_the_high_water_mark(
    context: zmq.Context, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    with context.socket(zmq.DEALER) as dealer:
        dealer.rcvhwm = 2
        dealer.connect("inproc://router")
        exchange = ask(dealer)
        step(exchange, clock)
        frames = router.recv_multipart()
        for number in range(5):
            router.send_multipart([frames[0], bytes([number])])
        router.send_multipart([*frames[:3], b"answer"])
        assert step(exchange, clock)
        close(exchange)
        assert [dealer.recv(), dealer.recv(), dealer.try_recv()] == [b"\0", b"\1", None]
        assert dealer.stats().dropped == 3


def test_a_reply_from_another_peer_needs_the_id_which_it_cannot_guess(
    dealer: zmq.Socket, router: zmq.Socket, ask: Ask, clock: VirtualClock
) -> None:
    first, second = ask(dealer), ask(dealer)
    step(first, clock)
    step(second, clock)
    one, other = router.recv_multipart()[1], router.recv_multipart()[1]
    assert one[:8] == other[:8]
    assert one[8:] != other[8:]
