from __future__ import annotations

from collections.abc import Callable

from zerowire.routing.peers import PeerTable
from zerowire.routing.pipe import Pipe

MakePipe = Callable[..., tuple[Pipe, Pipe]]


def test_id_leads_to_its_pipe_until_it_is_removed(make_pipe: MakePipe) -> None:
    peers = PeerTable(0)
    pipe = make_pipe()[0]
    peers.add(b"a", pipe)
    assert b"a" in peers
    assert peers.find(b"a") is pipe
    assert list(peers.pipes) == [pipe]
    peers.remove(b"a", pipe)
    peers.remove(b"a", pipe)
    assert peers.find(b"a") is None


def test_id_that_was_handed_over_is_not_removed_with_its_former_pipe(make_pipe: MakePipe) -> None:
    peers = PeerTable(0)
    old, new = make_pipe()[0], make_pipe()[0]
    peers.add(b"a", old)
    peers.add(b"a", new)
    peers.remove(b"a", old)
    assert peers.find(b"a") is new


def test_generated_ids_are_a_zero_and_a_big_endian_counter() -> None:
    """ROUTER-2."""
    peers = PeerTable(0xFFFFFFFE)
    ids = [peers.generate_id() for _ in range(3)]
    assert ids == [b"\x00\xff\xff\xff\xfe", b"\x00\xff\xff\xff\xff", b"\x00\x00\x00\x00\x00"]


def test_generated_id_avoids_those_in_use(make_pipe: MakePipe) -> None:
    peers = PeerTable(1)
    peers.add(b"\x00\x00\x00\x00\x01", make_pipe()[0])
    assert peers.generate_id() == b"\x00\x00\x00\x00\x02"
