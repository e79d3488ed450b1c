"""Whatever octets a peer sends: the process lives, and other peers notice nothing."""

from __future__ import annotations

import random
import select
import socket as net
import threading
from typing import Any

import pytest

import zerowire as zmq

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(16 + 32)
MEMORY = 16 << 20  # octets
MORE, LONG, COMMAND = 1, 2, 4


def ready(socket_type: str) -> bytes:
    """Return the READY command of a peer."""
    name = socket_type.encode()
    body = b"\x05READY\x0bSocket-Type" + len(name).to_bytes(4, "big") + name
    return bytes([COMMAND, len(body)]) + body


def record(library: Any, bound: str, connected: str) -> bytes:
    """Return every octet that a real peer sends: its handshake, and a few messages."""
    octets, last = b"", b""
    with (
        net.create_server(("127.0.0.1", 0)) as listener,
        library.Context() as context,
        context.socket(getattr(library, connected)) as socket,
    ):
        listener.settimeout(10)
        socket.linger = 0
        socket.connect(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        if connected == "SUB":
            last = b"a topic"
            socket.subscribe(last)
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(10)
            peer.sendall(GREETING + ready(bound))
            if connected == "PUB":
                while b"READY" not in octets:
                    octets += read(peer)
                peer.sendall(b"\x00\x01\x01")  # a subscription to everything
            if not last:
                last = speak(socket, connected)
            while last not in octets:
                if select.select([peer], [], [], 0.05)[0]:
                    octets += read(peer)
                elif connected == "PUB":  # the subscription came too late for the first time
                    speak(socket, connected)
    return octets


def read(peer: net.socket) -> bytes:
    """Return the next octets, of which there must be some."""
    data = peer.recv(65536)
    assert data, "the peer has gone"
    return data


def speak(socket: Any, connected: str) -> bytes:
    """Send messages of several shapes, and return the last frame of the last one."""
    last = b"the last message"
    if connected == "REQ":
        socket.send_multipart([b"a question", last])
        return last
    socket.send(b"")
    socket.send_multipart([b"two", b"frames"])
    socket.send(bytes(300))
    socket.send(last)
    return last


def test_random_octets_harm_nobody(scene: Any) -> None:
    """Noise instead of a greeting, or after one, or after the whole handshake."""
    rng = random.Random(1)
    openings = [b"", GREETING[:10], GREETING, GREETING + ready(scene.peer_type)]
    for turn in range(200):
        scene.stranger_says(rng.choice(openings) + rng.randbytes(rng.choice([1, 9, 10, 64, 300, 5000])))
        if turn % 40 == 0:
            scene.check()
    scene.check_all_is_as_before()


def test_every_truncation_of_an_exchange_harms_nobody(scene: Any, library: Any) -> None:
    """A peer that dies after any number of octets."""
    octets = record(library, scene.kind, scene.peer_type)
    for size in range(len(octets)):
        scene.stranger_says(octets[:size])
        if size % 40 == 0:
            scene.check()
    scene.check_all_is_as_before()


def test_every_corrupt_octet_of_an_exchange_harms_nobody(scene: Any, library: Any) -> None:
    """Each octet changed in turn, in each of three ways."""
    octets = record(library, scene.kind, scene.peer_type)
    for index in range(len(octets)):
        for mask in (0x01, 0x80, 0xFF):
            changed = bytearray(octets)
            changed[index] ^= mask
            scene.stranger_says(bytes(changed))
        if index % 20 == 0:
            scene.check()
    scene.check_all_is_as_before()


@pytest.mark.parametrize("length", [1 << 32, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
@pytest.mark.parametrize("opening", ["handshake", "traffic"])
@pytest.mark.parametrize("flags", [LONG, LONG | MORE, LONG | COMMAND])
def test_absurd_lengths_take_no_memory(
    scene_with: Any, length: int, opening: str, flags: int, memory: Any
) -> None:
    """FR-1: a header that announces a huge frame allocates nothing until octets arrive."""
    scene = scene_with("PULL")
    before = memory()
    with scene.stranger() as peer:
        peer.sendall(GREETING + (ready("PUSH") if opening == "traffic" else b""))
        try:
            peer.sendall(bytes([flags]) + length.to_bytes(8, "big") + bytes(1 << 20))
        except OSError:
            pass  # thrown out already
        scene.check()
        assert memory() - before < MEMORY
    scene.check_all_is_as_before()


def test_a_frame_beyond_maxmsgsize_ends_the_connection(scene_with: Any) -> None:
    """FR-1: at its header, before its body."""
    scene = scene_with("PULL")
    scene.victim.maxmsgsize = 1000
    port = scene.victim.bind_to_random_port("tcp://127.0.0.1")  # the option holds for new endpoints
    with net.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(GREETING + ready("PUSH") + bytes([LONG]) + (1 << 40).to_bytes(8, "big"))
        assert until_end(peer).startswith(b"\xff")
    scene.check()


def test_peers_that_never_finish_the_handshake_are_thrown_out(scene_with: Any) -> None:
    """V-9: HANDSHAKE_IVL ends those that stop after any number of octets, or send one at a time."""
    scene = scene_with("ROUTER")
    scene.victim.handshake_ivl = 100
    scene.port = scene.victim.bind_to_random_port("tcp://127.0.0.1")
    words = GREETING + ready("DEALER")
    peers = [scene.stranger() for _ in range(len(words))]
    try:
        for size, peer in enumerate(peers):
            peer.sendall(words[:size])
        scene.check()
        for peer in peers:
            until_end(peer)
        with scene.stranger() as slow:
            trickle(slow, words[:-1])
            until_end(slow)
    finally:
        for peer in peers:
            peer.close()
    scene.check()
    scene.wait_until(lambda: scene.count_descriptors() <= scene.descriptors + 1)  # the second listener


def until_end(peer: net.socket) -> bytes:
    """Read until the other side closes the connection."""
    octets = b""
    try:
        while data := peer.recv(65536):
            octets += data
    except ConnectionError:
        pass
    return octets


def trickle(peer: net.socket, words: bytes) -> None:
    """Send an octet at a time, as long as the other side puts up with it."""
    try:
        for index in range(len(words)):
            peer.sendall(words[index : index + 1])
            select.select([], [], [peer], 0.005)  # nothing: it only takes a moment
    except ConnectionError:
        pass


def test_a_hostile_server_does_not_disturb_a_socket_that_connects(context: zmq.Context) -> None:
    """A socket with a good endpoint and one that talks nonsense uses the good one."""
    rng = random.Random(2)
    ended = False

    def talk_nonsense() -> None:
        while True:
            peer, _ = listener.accept()
            if ended:
                peer.close()
                return
            with peer:
                peer.sendall(rng.choice([b"", GREETING[:11], GREETING]) + rng.randbytes(rng.randrange(200)))

    with net.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=talk_nonsense)
        thread.start()
        router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
        dealer.reconnect_ivl = 1
        dealer.immediate = 1  # only peers that have completed the handshake get messages
        dealer.rcvtimeo = router.rcvtimeo = 20_000
        dealer.connect(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        dealer.connect(f"tcp://127.0.0.1:{router.bind_to_random_port('tcp://127.0.0.1')}")
        for number in range(300):
            dealer.send(b"%d" % number)
            message = router.recv_multipart()
            assert message[1] == b"%d" % number
            router.send_multipart(message)
            assert dealer.recv() == b"%d" % number
        ended = True
        dealer.close(0)
        router.close(0)
        net.create_connection(listener.getsockname()).close()
        thread.join(20)
    assert not thread.is_alive()
