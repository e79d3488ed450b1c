"""What sessions and guests keep of a peer that is, or was, linked."""

from __future__ import annotations

from typing import Any

from tests.engine.bench import Bench, frame, pipe_of
from zerowire.constants import SocketType
from zerowire.engine.linked_peer import LinkedPeer
from zerowire.engine.socket import SocketCore
from zerowire.routing.pipe import Pipe


class Known(LinkedPeer):
    """A peer as simple as can be."""

    def __init__(self, core: SocketCore) -> None:
        super().__init__(core, "test://peer", core.settings)
        self.lost: list[Exception | None] = []

    def on_peer_ready(self, link: Any) -> Pipe | None:
        self.link = link
        self.pipe, self.link_end = self.core.make_pipe(self.settings, link)
        self.core.attach(self.pipe, self)
        return self.link_end

    def on_link_lost(self, link: Any, error: Exception | None) -> None:
        self.lost.append(error)

    def stop(self) -> None:
        """Nothing to stop."""

    def close(self) -> None:
        self.drop_link()
        self.drop_pipe()


def test_peer_is_ready_while_its_link_has_the_pipe(bench: Bench, linked: Any) -> None:
    core = bench.open(SocketType.PUSH)
    known = Known(core)
    assert not known.is_ready
    linked(core, "PULL", owner=known)
    assert known.is_ready
    known.close()
    assert not known.is_ready


def test_octets_stay_counted_when_the_link_is_dropped(bench: Bench, linked: Any) -> None:
    core = bench.open(SocketType.PAIR)
    known = Known(core)
    _, _, peer, _ = linked(core, "PAIR", owner=known)
    peer.send(frame(b"x"))
    bench.until(lambda: core.pattern.can_receive())
    octets = known.wire_octets
    assert octets[0] > 64
    assert octets[1] > 64
    known.drop_link()
    assert known.wire_octets == octets
    known.drop_link()
    assert known.wire_octets == octets


def test_messages_that_wait_are_lost_with_the_pipe(bench: Bench, linked: Any) -> None:
    core = bench.open(SocketType.PUSH)
    known = Known(core)
    linked(core, "PULL", owner=known)[3].allowance = 0
    for _ in range(3):
        pipe_of(known).push(b"x")  # type: ignore[arg-type]
    assert known.unsent == 3
    known.close()
    assert (known.unsent, known.pipe, core.lost) == (0, None, 3)
    known.close()
    assert core.lost == 3


def test_conflated_message_that_is_written_in_part_is_unsent(bench: Bench, linked: Any) -> None:
    """PIPE-4: the pipe has let go of it, so that a newer one may wait."""
    core = bench.open(SocketType.PUSH, conflate=True)
    known = Known(core)
    linked(core, "PULL", owner=known)[3].allowance = 1
    pipe_of(known).push(b"being written")  # type: ignore[arg-type]
    core.flush()
    assert known.unsent == 1
    pipe_of(known).push(b"waits")  # type: ignore[arg-type]
    assert known.unsent == 2
    known.close()
    assert (known.unsent, core.lost) == (0, 2)


def test_marks_of_the_pipe_change(bench: Bench, linked: Any) -> None:
    core = bench.open(SocketType.PUSH)
    known = Known(core)
    linked(core, "PULL", owner=known)
    assert known.pipe is not None
    known.set_hwm(known.pipe, 5, 6)
    assert (known.pipe.outbound.hwm, known.pipe.inbound.hwm) == (5, 6)
    known.close()
