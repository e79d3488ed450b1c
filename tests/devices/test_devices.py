"""Devices: configured first, then run in a thread or a process."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import zerowire as zmq
from tests.conftest import WaitUntil
from zerowire import devices
from zerowire.devices.plug import Plug

PATIENCE = 10_000  # milliseconds
LOCAL = "tcp://127.0.0.1"


class Bench:
    """A context for devices and for the sockets that use them."""

    def __init__(self) -> None:
        self.context = zmq.Context()
        self._devices: list[devices.Device] = []
        self._sockets: list[zmq.Socket] = []

    def run(self, device: devices.Device) -> None:
        device.context_factory = lambda: self.context
        device.start()
        self._devices.append(device)

    def socket(self, socket_type: int, endpoint: str, **options: Any) -> zmq.Socket:
        socket = self.context.socket(socket_type)
        self._sockets.append(socket)
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = PATIENCE
        for name, value in options.items():
            setattr(socket, name, value)
        socket.connect(endpoint)
        return socket

    def end(self) -> None:
        for socket in self._sockets:
            socket.close()
        ending = threading.Thread(target=self.context.term, daemon=True)
        ending.start()
        for device in self._devices:
            device.join(10)
            assert device.done, "the device did not end with its context"
        ending.join(10)
        assert self.context.closed, "the device left a socket open"


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.end()


# -- Device ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("types", [{}, {"in_type": zmq.PULL}, {"out_type": zmq.PUSH}])
def test_device_needs_two_types(types: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="two socket types"):
        devices.Device(zmq.QUEUE, **types)


def test_device_runs_between_its_sockets(bench: Bench) -> None:
    """P-N3: a streamer in the background."""
    device = devices.ThreadDevice(zmq.STREAMER, zmq.PULL, zmq.PUSH)
    front = device.bind_in_to_random_port(LOCAL)
    back = device.bind_out_to_random_port(LOCAL)
    device.setsockopt_in(zmq.LINGER, 0)
    device.setsockopt_out(zmq.LINGER, 0)
    bench.run(device)
    client = bench.socket(zmq.PUSH, f"{LOCAL}:{front}")
    worker = bench.socket(zmq.PULL, f"{LOCAL}:{back}")
    client.send_multipart([b"a", b"b"])
    assert worker.recv_multipart() == [b"a", b"b"]
    assert device.device_type == zmq.STREAMER
    assert not device.done


def test_device_without_a_second_type_is_joined_with_itself(bench: Bench) -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.REP, -1)
    port = device.bind_in_to_random_port(LOCAL)
    bench.run(device)
    client = bench.socket(zmq.REQ, f"{LOCAL}:{port}")
    client.send(b"echo")
    assert client.recv() == b"echo"


def test_device_connects_where_it_was_told_to(bench: Bench) -> None:
    one, other = bench.context.socket(zmq.PUSH), bench.context.socket(zmq.PULL)
    with one, other:
        one.bind("inproc://one")
        other.bind("inproc://other")
        device = devices.ThreadDevice(zmq.STREAMER, zmq.PULL, zmq.PUSH)
        device.connect_in("inproc://one")
        device.connect_out("inproc://other")
        bench.run(device)
        one.send(b"x")
        assert other.poll(PATIENCE)
        assert other.recv() == b"x"


def test_options_are_set_before_endpoints_are_used(bench: Bench) -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
    device.bind_out("inproc://back")
    device.bind_in("inproc://front")
    device.setsockopt_out(zmq.ROUTING_ID, b"device")
    bench.run(device)
    router = bench.socket(zmq.ROUTER, "inproc://back")
    client = bench.socket(zmq.DEALER, "inproc://front", routing_id=b"client")
    client.send(b"x")
    assert router.recv_multipart() == [b"device", b"client", b"x"]


def test_device_runs_here_unless_told_otherwise(bench: Bench) -> None:
    device = devices.Device(zmq.STREAMER, zmq.PULL, zmq.PUSH)
    device.context_factory = lambda: bench.context
    runner = threading.Thread(target=device.start)
    runner.start()
    ending = threading.Thread(target=bench.context.term)
    ending.start()
    for thread in (runner, ending):
        thread.join(10)
    device.join(0)
    assert device.done
    assert bench.context.closed


def test_device_that_cannot_start_says_why_and_leaves_nothing_open(bench: Bench) -> None:
    device = devices.Device(zmq.STREAMER, zmq.PULL, zmq.PUSH)
    device.context_factory = lambda: bench.context
    device.bind_in("ftl://a")
    with pytest.raises(zmq.ZMQError) as caught:
        device.start()
    assert caught.value.errno == zmq.EPROTONOSUPPORT
    assert device.done
    assert bench.context._core.sockets == set()


def test_background_device_may_be_joined_before_it_starts() -> None:
    devices.ThreadDevice(zmq.QUEUE, zmq.REP, -1).join(0)
    device = devices.ProcessDevice(zmq.QUEUE, zmq.REP, -1)
    device.join(0)
    assert device.launcher is None


def test_device_shares_the_context_of_its_process_and_a_process_has_its_own() -> None:
    assert devices.ThreadDevice.context_factory == zmq.Context.instance
    assert devices.ProcessDevice.context_factory is zmq.Context


def test_device_with_a_context_of_its_own_ends_with_it(wait_until: WaitUntil) -> None:
    device = devices.ThreadDevice(zmq.QUEUE, zmq.PULL, zmq.PUSH)
    device.context_factory = zmq.Context
    device.start()
    wait_until(lambda: device._context is not None)
    assert device._context is not None
    device._context.term()
    device.join(10)
    assert device.done


def test_device_can_be_sent_to_another_process() -> None:
    device = devices.ProcessProxySteerable(zmq.PULL, zmq.PUSH, ctrl_type=zmq.PAIR)
    device.bind_ctrl("ipc:///tmp/nowhere")
    assert pickle.loads(pickle.dumps(device))._ctrl.binds == ["ipc:///tmp/nowhere"]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_device_runs_in_a_process(bench: Bench) -> None:
    device = devices.ProcessDevice(zmq.QUEUE, zmq.REP, -1)
    port = device.bind_in_to_random_port(LOCAL)
    device.start()
    assert device.launcher is not None
    try:
        client = bench.socket(zmq.REQ, f"{LOCAL}:{port}")
        client.send(b"echo")
        assert client.recv() == b"echo"
    finally:
        device.launcher.terminate()
        device.join(10)
        assert device.launcher.exitcode is not None
        device.launcher.close()


# -- ports -----------------------------------------------------------------------------------------


def test_reserved_port_is_free_and_remembered() -> None:
    plug = Plug(zmq.PULL)
    port = plug.bind_to_random_port(LOCAL)
    assert plug.binds == [f"{LOCAL}:{port}"]


def test_port_is_not_reserved_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = iter([49152, 49152, 49153, *[49152] * 5])
    monkeypatch.setattr(zmq.Socket, "bind_to_random_port", lambda *_: next(ports))
    plug = Plug(zmq.PULL)
    assert [plug.bind_to_random_port(LOCAL), plug.bind_to_random_port(LOCAL)] == [49152, 49153]
    with pytest.raises(zmq.ZMQBindError, match="could be reserved"):
        plug.bind_to_random_port(LOCAL)


# -- proxies ---------------------------------------------------------------------------------------


def test_proxy_gives_copies_to_its_monitor(bench: Bench) -> None:
    proxy = devices.ThreadProxy(zmq.PULL, zmq.PUSH, zmq.PUSH)
    front = proxy.bind_in_to_random_port(LOCAL)
    back = proxy.bind_out_to_random_port(LOCAL)
    monitor = proxy.bind_mon_to_random_port(LOCAL)
    proxy.setsockopt_mon(zmq.LINGER, 0)
    bench.run(proxy)
    client = bench.socket(zmq.PUSH, f"{LOCAL}:{front}")
    worker = bench.socket(zmq.PULL, f"{LOCAL}:{back}")
    watcher = bench.socket(zmq.PULL, f"{LOCAL}:{monitor}")
    client.send(b"x")
    assert worker.recv() == b"x"
    assert watcher.recv() == b"x"
    assert proxy.mon_type == zmq.PUSH


def test_monitor_connects_where_it_was_told_to(bench: Bench) -> None:
    with bench.context.socket(zmq.PULL) as watcher:
        watcher.bind("inproc://watcher")
        proxy = devices.ThreadProxy(zmq.PULL, zmq.PUSH, zmq.PUSH)
        proxy.bind_in("inproc://front")
        proxy.bind_out("inproc://back")
        proxy.connect_mon("inproc://watcher")
        bench.run(proxy)
        bench.socket(zmq.PULL, "inproc://back")
        bench.socket(zmq.PUSH, "inproc://front").send(b"x")
        assert watcher.poll(PATIENCE)
        assert watcher.recv() == b"x"


def test_steerable_proxy_obeys(bench: Bench) -> None:
    proxy = devices.ThreadProxySteerable(zmq.PULL, zmq.PUSH, ctrl_type=zmq.REP)
    proxy.bind_in("inproc://front")
    proxy.bind_out("inproc://back")
    proxy.bind_mon("inproc://monitor")
    port = proxy.bind_ctrl_to_random_port(LOCAL)
    proxy.setsockopt_ctrl(zmq.LINGER, 1000)
    bench.run(proxy)
    control = bench.socket(zmq.REQ, f"{LOCAL}:{port}")
    control.send(b"STATISTICS")
    assert len(control.recv_multipart()) == 8
    control.send(b"TERMINATE")
    assert control.recv() == b""
    proxy.join(10)
    assert proxy.done


def test_control_connects_where_it_was_told_to(bench: Bench) -> None:
    with bench.context.socket(zmq.PAIR) as control:
        control.bind("inproc://control")
        proxy = devices.ThreadProxySteerable(zmq.PULL, zmq.PUSH, zmq.PUB, zmq.PAIR)
        proxy.connect_ctrl("inproc://control")
        bench.run(proxy)
        control.send(b"TERMINATE")
        proxy.join(10)
        assert proxy.done


def test_steerable_proxy_needs_a_control_type() -> None:
    with pytest.raises(TypeError, match="ctrl_type"):
        devices.ProxySteerable(zmq.PULL, zmq.PUSH)


# -- monitored queues ------------------------------------------------------------------------------


def test_monitored_queue_says_which_way_a_message_went(bench: Bench) -> None:
    queue = devices.ThreadMonitoredQueue(zmq.PAIR, zmq.PAIR, zmq.PUSH, b"asked", b"told")
    ports = [queue.bind_in_to_random_port(LOCAL), queue.bind_out_to_random_port(LOCAL)]
    ports.append(queue.bind_mon_to_random_port(LOCAL))
    bench.run(queue)
    front, back, watcher = (
        bench.socket(kind, f"{LOCAL}:{port}")
        for kind, port in zip((zmq.PAIR, zmq.PAIR, zmq.PULL), ports, strict=True)
    )
    front.send_multipart([b"a", b"b"])
    assert back.recv_multipart() == [b"a", b"b"]
    assert watcher.recv_multipart() == [b"asked", b"a", b"b"]
    back.send(b"c")
    assert front.recv() == b"c"
    assert watcher.recv_multipart() == [b"told", b"c"]


def test_monitored_queue_between_routers_exchanges_routing_ids(bench: Bench) -> None:
    """The receiver's id comes first and is replaced by the sender's."""
    queue = devices.ThreadMonitoredQueue(zmq.ROUTER, zmq.ROUTER, zmq.PUSH)
    for bind, name in ((queue.bind_in, "in"), (queue.bind_out, "out"), (queue.bind_mon, "mon")):
        bind(f"inproc://{name}")
    bench.run(queue)
    left = bench.socket(zmq.DEALER, "inproc://in", routing_id=b"left")
    right = bench.socket(zmq.DEALER, "inproc://out", routing_id=b"right")
    watcher = bench.socket(zmq.PULL, "inproc://mon")
    right.send_multipart([b"left", b"hello"])
    assert left.recv_multipart() == [b"right", b"hello"]
    assert watcher.recv_multipart() == [b"out", b"left", b"right", b"hello"]
    left.send_multipart([b"right", b"hi"])
    assert right.recv_multipart() == [b"left", b"hi"]
    assert watcher.recv_multipart() == [b"in", b"right", b"left", b"hi"]


def test_prefixes_are_bytes(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as one, pytest.raises(TypeError, match="a prefix is bytes"):
        devices.monitored_queue(one, one, one, "in")  # type: ignore[arg-type]


def test_monitored_queue_may_join_a_socket_with_itself(bench: Bench) -> None:
    queue = devices.ThreadMonitoredQueue(zmq.REP, -1, zmq.PUB)
    queue.bind_in("inproc://echo")
    bench.run(queue)
    client = bench.socket(zmq.REQ, "inproc://echo")
    client.send(b"x")
    assert client.recv() == b"x"
