"""Socket.request(), with peers in other threads: ours, and those of pyzmq."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import zmq as pyzmq

import zerowire as zmq
from zerowire.api.asking import Call
from zerowire.api.exchange import line_of, make_exchange
from zerowire.api.request import NoReply

WaitUntil = Callable[..., None]
Respond = Callable[[list[bytes]], list[list[bytes]]]
PATIENCE = 10_000  # milliseconds
LIBRARIES: dict[str, Any] = {"zerowire": zmq, "pyzmq": pyzmq}


class Server(threading.Thread):
    """A socket that answers in a thread of its own, until it is stopped.

    Args:
        library: zerowire, or pyzmq.
        kind: "REP", or "ROUTER" for one that returns the envelope.
        respond: Makes of a request the list of its replies; a REP has one.
    """

    def __init__(self, library: Any, kind: str, respond: Respond, endpoint: str) -> None:
        super().__init__()
        self._context = library.Context()
        self._socket = self._context.socket(getattr(library, kind))
        self._socket.linger = 0
        self._socket.rcvtimeo = 50
        self._again = library.Again
        self._respond = respond
        self._envelope_ends = kind == "ROUTER"
        self._socket.bind(endpoint)
        self.endpoint: str = self._socket.getsockopt(library.LAST_ENDPOINT).rstrip(b"\0").decode()
        self.asked: list[list[bytes]] = []
        self._is_stopped = False

    def run(self) -> None:
        while not self._is_stopped:
            try:
                frames = self._socket.recv_multipart()
            except self._again:
                continue
            size = frames.index(b"") + 1 if self._envelope_ends else 0
            self.asked.append(frames[size:])
            for reply in self._respond(frames[size:]):
                self._socket.send_multipart([*frames[:size], *reply])
        self._socket.close(0)
        self._context.term()

    def stop(self) -> None:
        self._is_stopped = True
        self.join()


@contextmanager
def serving(
    respond: Respond, library: Any = zmq, kind: str = "ROUTER", endpoint: str = "tcp://127.0.0.1:*"
) -> Iterator[Server]:
    server = Server(library, kind, respond, endpoint)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def echo(frames: list[bytes]) -> list[list[bytes]]:
    return [[b"re: " + frame for frame in frames]]


def silence(frames: list[bytes]) -> list[list[bytes]]:
    return []


class Second:
    """Answers the second time it is asked the same."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def __call__(self, frames: list[bytes]) -> list[list[bytes]]:
        if frames[0] not in self._known:
            self._known.add(frames[0])
            return []
        return echo(frames)


@pytest.fixture(params=["REQ", "DEALER"])
def client(request: pytest.FixtureRequest, context: zmq.Context) -> zmq.Socket:
    client = context.socket(zmq.SocketType[request.param])
    client.linger = 0
    return client


@contextmanager
def threads(work: Callable[[int], None], count: int) -> Iterator[None]:
    """Run work(0), work(1), ... at once; what goes wrong in one is raised here."""
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in running:
        thread.start()
    yield
    for thread in running:
        thread.join(60)
    assert errors == []
    assert not any(thread.is_alive() for thread in running)


@pytest.mark.parametrize("kind", ["REP", "ROUTER"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_request_has_its_reply(client: zmq.Socket, library: str, kind: str) -> None:
    """REQ-1: [request id] [empty] [body] comes back from any REP, and from a ROUTER that returns it."""
    with serving(echo, LIBRARIES[library], kind) as server:
        client.connect(server.endpoint)
        assert client.request(b"x") == b"re: x"
        assert client.request([b"x", b"", b"y"], timeout=PATIENCE) == [b"re: x", b"re: ", b"re: y"]
        assert client.request([b"x"]) == [b"re: x"]
        assert client.request(bytearray(b"x")) == b"re: x"
        assert client.request(zmq.Frame(b"x")) == b"re: x"
        assert client.request(b"") == b"re: "


@pytest.mark.parametrize("library", LIBRARIES)
def test_it_is_sent_again_until_it_is_answered(client: zmq.Socket, library: str) -> None:
    with serving(Second(), LIBRARIES[library]) as server:
        client.connect(server.endpoint)
        assert client.wait_for_peers(timeout=PATIENCE)
        for body in (b"x", b"y"):
            assert client.request(body, timeout=300, retries=5) == b"re: " + body
        assert server.asked.count([b"x"]) >= 2


@pytest.mark.parametrize("library", LIBRARIES)
def test_without_an_answer_it_says_whom_it_asked_how_often_and_how_long(
    client: zmq.Socket, library: str
) -> None:
    with serving(silence, LIBRARIES[library]) as server:
        client.connect(server.endpoint)
        assert client.wait_for_peers(timeout=PATIENCE)
        with pytest.raises(NoReply, match=rf"{server.endpoint}, after 3 tries in \d+ ms: raise") as caught:
            client.request(b"x", timeout=20, retries=2)
        assert isinstance(caught.value, zmq.Again)
        assert caught.value.errno == zmq.EAGAIN
        assert caught.value.tries == 3
        assert caught.value.seconds >= 0.06


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_socket_can_be_used_at_once_after_a_request_without_an_answer(
    client: zmq.Socket, library: str, wait_until: WaitUntil
) -> None:
    """A late reply is not taken for that to the next request, nor received otherwise."""
    go = threading.Event()

    def hesitate(frames: list[bytes]) -> list[list[bytes]]:
        if frames == [b"slow"]:
            go.wait(10)
        return [*echo(frames), *echo(frames)]

    with serving(hesitate, LIBRARIES[library]) as server:
        client.connect(server.endpoint)
        assert client.wait_for_peers(timeout=PATIENCE)
        with pytest.raises(NoReply):
            client.request(b"slow", timeout=50)
        go.set()
        assert [client.request(b"%d" % n, timeout=PATIENCE) for n in range(5)] == [
            b"re: %d" % n for n in range(5)
        ]
        client.send_multipart([b"", b"plain"] if client.type == zmq.DEALER else [b"plain"])
        client.rcvtimeo = PATIENCE
        assert client.recv_multipart()[-1] == b"re: plain"


def test_rcvtimeo_is_the_timeout_of_a_request_without_one(client: zmq.Socket) -> None:
    client.rcvtimeo = 20
    with pytest.raises(NoReply, match="there is no peer"):
        client.request(b"x")


def test_a_timeout_of_zero_does_not_wait(client: zmq.Socket) -> None:
    with serving(silence) as server:
        client.connect(server.endpoint)
        with pytest.raises(NoReply, match="2 tries"):
            client.request(b"x", timeout=0, retries=1)


def test_a_reply_of_several_frames_needs_a_list(client: zmq.Socket) -> None:
    with serving(lambda frames: [[b"a", b"b"]]) as server:
        client.connect(server.endpoint)
        with pytest.raises(ValueError, match="the reply has 2 frames: pass a list"):
            client.request(b"x")
        assert client.request([b"x"]) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("msg", "error", "text"),
    [
        ("str", TypeError, "encode it"),
        (None, TypeError, "None cannot be sent"),
        (3, TypeError, "not bytes-like"),
        ([b"x", 3], TypeError, "Frame 1"),
        ([], IndexError, "at least one frame"),
    ],
)
def test_what_cannot_be_sent_is_not(client: zmq.Socket, msg: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        client.request(msg)


def test_retries_are_counted_from_zero(client: zmq.Socket) -> None:
    with pytest.raises(ValueError, match=r"retries is -1, must be 0 \(ask once\) or more"):
        client.request(b"x", retries=-1)


def test_closed_sockets_and_other_types_have_no_requests(client: zmq.Socket, context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push, pytest.raises(zmq.ZMQError, match="not for PUSH") as caught:
        push.request(b"x")
    assert caught.value.errno == zmq.ENOTSUP
    client.close()
    with pytest.raises(zmq.ZMQError) as caught:
        client.request(b"x")
    assert caught.value.errno == zmq.ENOTSOCK


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:*", "ipc://*"])
def test_many_threads_ask_on_one_socket(client: zmq.Socket, library: str, endpoint: str) -> None:
    with serving(echo, LIBRARIES[library], "REP", endpoint) as server:
        client.connect(server.endpoint)

        def work(number: int) -> None:
            for turn in range(50):
                body = b"%d of %d" % (turn, number)
                assert client.request(body, timeout=PATIENCE) == b"re: " + body

        with threads(work, 6):
            pass
        assert len(server.asked) == 300


def test_each_of_many_threads_gets_its_own_reply_where_some_are_doubled_or_missing(
    context: zmq.Context,
) -> None:
    def some(frames: list[bytes]) -> list[list[bytes]]:
        return [*echo(frames), *echo(frames)] if int(frames[0]) % 3 else []

    with serving(some) as server, context.socket(zmq.DEALER) as dealer:
        dealer.connect(server.endpoint)
        assert dealer.wait_for_peers(timeout=PATIENCE)

        def work(number: int) -> None:
            for turn in range(30):
                body = b"%d" % (number * 1000 + turn)
                if int(body) % 3:
                    assert dealer.request(body, timeout=PATIENCE) == b"re: " + body
                else:
                    with pytest.raises(NoReply):
                        dealer.request(body, timeout=1)

        with threads(work, 5):
            pass
        dealer.request(b"1", timeout=PATIENCE)
        assert dealer.try_recv() is None


def test_a_thread_that_receives_leaves_the_replies_to_those_who_asked(context: zmq.Context) -> None:
    with context.socket(zmq.DEALER) as dealer, context.socket(zmq.ROUTER) as router:
        router.rcvtimeo = dealer.rcvtimeo = PATIENCE
        port = router.bind_to_random_port("tcp://127.0.0.1")
        dealer.connect(f"tcp://127.0.0.1:{port}")
        received: list[bytes] = []

        def work(number: int) -> None:
            if number == 0:
                received.extend(dealer.recv() for _ in range(100))
                return
            for turn in range(20):
                body = b"%d of %d" % (turn, number)
                assert dealer.request(body, timeout=PATIENCE) == body

        with threads(work, 6):
            for number in range(100):
                frames = router.recv_multipart()
                router.send_multipart([frames[0], b"%d" % number])
                router.send_multipart(frames)
        assert received == [b"%d" % number for number in range(100)]


@pytest.mark.parametrize("library", LIBRARIES)
def test_it_fails_when_its_only_peer_goes_away(client: zmq.Socket, library: str) -> None:
    asked, go = threading.Event(), threading.Event()

    def leave(frames: list[bytes]) -> list[list[bytes]]:
        asked.set()
        go.wait(10)
        return []

    server = Server(LIBRARIES[library], "ROUTER", leave, "tcp://127.0.0.1:*")
    server.start()
    client.connect(server.endpoint)

    def work(number: int) -> None:
        with pytest.raises(NoReply, match="was lost before a reply came, after 1 try") as caught:
            client.request(b"x")
        assert caught.value.endpoint == server.endpoint

    with threads(work, 1):
        assert asked.wait(10)
        go.set()
        server.stop()


@pytest.mark.parametrize("library", LIBRARIES)
def test_all_threads_learn_that_their_only_peer_has_gone(
    context: zmq.Context, library: str, wait_until: WaitUntil
) -> None:
    server = Server(LIBRARIES[library], "ROUTER", silence, "tcp://127.0.0.1:*")
    server.start()
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(server.endpoint)

        def work(number: int) -> None:
            with pytest.raises(NoReply, match="was lost"):
                dealer.request(b"x")

        with threads(work, 4):
            wait_until(lambda: len(server.asked) == 4)
            server.stop()


@pytest.mark.parametrize("library", LIBRARIES)
def test_with_retries_it_asks_the_one_who_comes_instead(
    client: zmq.Socket, library: str, wait_until: WaitUntil
) -> None:
    client.reconnect_ivl = 10
    first = Server(LIBRARIES[library], "ROUTER", silence, "tcp://127.0.0.1:*")
    first.start()
    client.connect(first.endpoint)

    def work(number: int) -> None:
        assert client.request(b"x", retries=1) == b"re: x"

    with threads(work, 1):
        wait_until(lambda: first.asked)
        first.stop()
        with serving(echo, LIBRARIES[library], "REP", first.endpoint) as second:
            wait_until(lambda: second.asked)


def test_closing_the_socket_ends_all_requests(client: zmq.Socket, wait_until: WaitUntil) -> None:
    with serving(silence) as server:
        client.connect(server.endpoint)

        def work(number: int) -> None:
            with pytest.raises(zmq.ZMQError) as caught:
                client.request(b"x")
            assert caught.value.errno == zmq.ENOTSOCK

        with threads(work, 3):
            wait_until(lambda: len(server.asked) == (3 if client.type == zmq.DEALER else 1))
            client.close()


def test_terminating_the_context_ends_all_requests(client: zmq.Socket, wait_until: WaitUntil) -> None:
    with serving(silence) as server:
        client.connect(server.endpoint)
        left = threading.Semaphore(0)

        def work(number: int) -> None:
            with pytest.raises(zmq.ContextTerminated):
                client.request(b"x")
            left.release()

        with threads(work, 3):
            wait_until(lambda: server.asked)
            client.context.term(0)
            assert all(left.acquire(timeout=10) for _ in range(3))
            client.close()


def test_the_first_in_line_can_be_roused_although_nothing_happens_to_the_socket(
    client: zmq.Socket, wait_until: WaitUntil
) -> None:
    core = client._core
    with core.lock:
        core.enter()
        exchange = make_exchange(core, b"x", None, 0, 0.0)
        exchange.open()
        call = Call(exchange)

    def work(number: int) -> None:
        with core.lock:
            call.wait()

    with threads(work, 1):
        wait_until(lambda: core.waiters)
        with core.lock:
            exchange.rouse()
    with core.lock:
        exchange.close()


class Interrupted(Exception):
    """Raised by a signal's handler."""


@contextmanager
def interrupting(condition: Callable[[], object], wait_until: WaitUntil) -> Iterator[None]:
    """Interrupt this thread, the main one, as soon as a condition is true."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    main = threading.get_ident()

    def work(number: int) -> None:
        wait_until(condition)
        signal.pthread_kill(main, signal.SIGUSR1)

    try:
        with threads(work, 1):
            yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_signal_ends_a_request_and_nothing_else(client: zmq.Socket, wait_until: WaitUntil) -> None:
    with serving(Second()) as server:
        client.connect(server.endpoint)
        with interrupting(lambda: server.asked, wait_until), pytest.raises(Interrupted):
            client.request(b"x")
        assert client.request(b"x", timeout=PATIENCE) == b"re: x"


def test_a_signal_ends_a_request_that_another_thread_waits_for(
    client: zmq.Socket, wait_until: WaitUntil
) -> None:
    go = threading.Event()

    def hesitate(frames: list[bytes]) -> list[list[bytes]]:
        go.wait(10)
        return echo(frames)

    def work(number: int) -> None:
        assert client.request(b"x", timeout=PATIENCE) == b"re: x"

    def is_second() -> bool:
        line = line_of(client._core)
        return len(line._others) == 1 and line.first is not None

    with serving(hesitate) as server:
        client.connect(server.endpoint)
        with threads(work, 1):
            wait_until(lambda: server.asked)
            with interrupting(is_second, wait_until), pytest.raises(Interrupted):
                client.request(b"y")
            assert line_of(client._core)._others == {}
            go.set()
        assert client.request(b"z", timeout=PATIENCE) == b"re: z"


def test_a_request_to_a_bound_socket_goes_to_whoever_connects(
    context: zmq.Context, client: zmq.Socket
) -> None:
    port = client.bind_to_random_port("tcp://127.0.0.1")

    def work(number: int) -> None:
        with context.socket(zmq.REP) as rep:
            rep.rcvtimeo = PATIENCE
            rep.connect(f"tcp://127.0.0.1:{port}")
            rep.send(b"re: " + rep.recv())

    with threads(work, 1):
        assert client.request(b"x", timeout=PATIENCE) == b"re: x"
