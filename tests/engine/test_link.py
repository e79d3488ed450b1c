"""One connection to one peer: a Link over a pair of descriptors, and a peer that speaks in octets."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from tests.engine.bench import Bench, Owner, Peer, Valve, command, frame, greeting, pipe_of, ready, take_all
from zerowire.constants import SocketType
from zerowire.engine.link import BATCH_SIZE, GLANCE, MOST_IGNORED, READ_SIZE, Link
from zerowire.engine.link_state import STATES, LinkState
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.message import Message
from zerowire.zmtp.connection import PeerTimeout

Linked = Callable[..., tuple[Link, Owner, Peer, Valve]]


# -- the handshake -----------------------------------------------------------------------------------


def test_link_greets_first(bench: Bench, linked: Linked) -> None:
    link, owner, peer, _ = linked(bench.open(SocketType.PUSH))
    assert peer.read()[:10] == greeting()[:10]
    assert (link.state, link.pipe, owner.lost) == (LinkState.HANDSHAKE, None, [])


def test_owner_makes_the_pipe_when_the_handshake_is_done(bench: Bench, linked: Linked) -> None:
    link, owner, peer, _ = linked(bench.open(SocketType.PUSH))
    peer.send(greeting())
    bench.until(lambda: b"READY" in peer.collect())
    assert owner.pipe is None
    peer.send(ready("PULL", Identity=b"me"))
    bench.until(lambda: owner.pipe is not None)
    assert link.state is LinkState.OPEN
    assert link.pipe is owner.link_end
    assert link.connection.peer.routing_id == b"me"


def test_owner_may_refuse_the_peer(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    link, owner, peer, _ = linked(core, owner=Owner(core, refuses=True))
    peer.shake_hands("PULL")
    bench.until(lambda: owner.lost)
    assert (link.state, owner.lost) == (LinkState.CLOSED, [None])
    bench.until(lambda: peer.collect() is not None and peer.ended)


@pytest.mark.parametrize("said", [b"", greeting()[:20], greeting()])
def test_peer_that_leaves_before_it_is_ready_is_lost(bench: Bench, linked: Linked, said: bytes) -> None:
    link, owner, peer, _ = linked(bench.open(SocketType.PUSH))
    if said:
        peer.send(said)
    peer.close()
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], ZMQError)
    assert owner.lost[0].errno in (errno.ECONNRESET, errno.EPIPE)
    assert owner.pipe is None
    assert link.state is LinkState.CLOSED


def test_peer_that_breaks_the_protocol_is_lost(bench: Bench, linked: Linked) -> None:
    _, owner, peer, _ = linked(bench.open(SocketType.PUSH))
    peer.send(greeting(mechanism=b"PLAIN"))
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], RemoteProtocolError)


def test_peer_that_never_finishes_the_handshake_is_lost(bench: Bench, linked: Linked) -> None:
    """REC-7: HANDSHAKE_IVL."""
    core = bench.open(SocketType.PUSH, handshake_ivl=1)
    _, owner, peer, _ = linked(core)
    peer.send(greeting())
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], PeerTimeout)
    assert owner.lost[0].in_handshake


def test_link_without_a_limit_for_the_handshake_has_no_timer(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, handshake_ivl=0)
    linked(core)
    bench.serve()
    assert core.timers.next_deadline() is None


# -- messages ----------------------------------------------------------------------------------------


def test_messages_flow_both_ways(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PAIR)
    link, _, peer, _ = linked(core, "PAIR")
    before = link.octets_out, link.octets_in
    assert core.try_send([b"a", b"b"])
    bench.serve()
    assert peer.read() == frame(b"a", more=True) + frame(b"b")
    peer.send(frame(b"c"), frame(b"d", more=True) + frame(b"e"))
    assert take_all(core) == [b"c", [b"d", b"e"]]
    assert (link.octets_out - before[0], link.octets_in - before[1]) == (6, 9)


def test_octets_that_come_one_by_one_make_a_message(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL)
    _, _, peer, _ = linked(core, "PUSH")
    octets = frame(b"hello")
    for index in range(len(octets)):
        assert take_all(core) == []
        peer.send(octets[index : index + 1])
    assert take_all(core) == [b"hello"]


def test_large_message_comes_whole(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL)
    link, _, peer, valve = linked(core, "PUSH")
    body = bytes(range(256)) * 4000
    octets = frame(body)
    got: list[Message] = []
    while octets:
        octets = octets[peer.stream.send(octets) :]
        got += take_all(core)
    while not got:
        bench.serve()
        got += take_all(core)
    assert got == [body]
    assert max(valve.places) > READ_SIZE
    assert link.octets_in > len(body)


def test_little_is_read_behind_a_large_frame_so_that_the_next_comes_into_its_place(
    bench: Bench, linked: Linked
) -> None:
    core = bench.open(SocketType.PULL)
    _, _, peer, valve = linked(core, "PUSH")
    large = [bytes((octet,)) * 40000 for octet in range(5)]
    valve.asked.clear()
    peer.send(frame(large[0])[:20])
    assert take_all(core) == []
    assert valve.asked == [READ_SIZE]
    peer.send(frame(large[0])[20:] + frame(large[1]) + frame(b"x") * 100)
    got: list[Message] = []
    while len(got) < 102:
        bench.serve()
        got += take_all(core)
    assert got == [large[0], large[1], *[b"x"] * 100]
    assert valve.asked[1:3] == [GLANCE, READ_SIZE]


def test_large_frames_stop_at_the_high_water_mark(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL)
    core.settings.rcvhwm = 2
    link, _, peer, _ = linked(core, "PUSH")
    large = [bytes((octet,)) * 33000 for octet in range(5)]
    octets = b"".join(map(frame, large))
    while octets := octets[peer.stream.send(octets) :]:
        bench.serve()
    bench.serve()
    assert link.pipe is not None
    assert len(link.pipe.outbound.items) == 2
    got: list[Message] = []
    while len(got) < 5:
        got += take_all(core)
        bench.serve()
    assert got == large


def test_peer_that_leaves_in_the_midst_of_a_large_frame_is_lost(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL)
    _, owner, peer, _ = linked(core, "PUSH")
    peer.send(frame(bytes(40000))[:30000])
    assert take_all(core) == []
    peer.close()
    while not owner.lost:
        bench.serve()
    assert take_all(core) == []


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_no_more_than_in_batch_size_is_read_at_once(bench: Bench, linked: Linked, size: int) -> None:
    core = bench.open(SocketType.PULL, in_batch_size=size)
    _, _, peer, valve = linked(core, "PUSH")
    peer.send(*[frame(b"%d" % n) for n in range(10)])
    got: list[Message] = []
    while len(got) < 10:
        got += take_all(core)
    assert got == [b"%d" % n for n in range(10)]
    assert set(valve.asked) == {size}


def test_no_more_than_out_batch_size_is_written_at_once(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, out_batch_size=100)
    _, owner, peer, valve = linked(core, "PULL")
    valve.writes.clear()
    for _ in range(9):
        assert pipe_of(owner).push(bytes(38))
    core.flush()
    assert valve.writes == [120, 120, 120]  # a batch ends with the message that fills it
    assert peer.read() == frame(bytes(38)) * 9


def test_messages_that_wait_together_are_one_write(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    _, owner, _, valve = linked(core, "PULL")
    valve.writes.clear()
    for _ in range(100):
        pipe_of(owner).push(b"x" * 10)
    core.flush()
    assert valve.writes == [1200]
    assert sum(valve.writes) < BATCH_SIZE


def test_ping_is_answered(bench: Bench, linked: Linked) -> None:
    _, _, peer, _ = linked(bench.open(SocketType.PUSH), "PULL")
    peer.send(command(b"PING", b"\0\0context"))
    bench.until(lambda: peer.collect())
    assert peer.read() == command(b"PONG", b"context")


def test_silent_peer_is_lost(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, heartbeat_ivl=1, heartbeat_timeout=2)
    _, owner, peer, _ = linked(core, "PULL")
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], PeerTimeout)
    assert peer.read().startswith(command(b"PING", b"\0\0"))


def test_peer_that_is_not_read_is_not_silent(bench: Bench, linked: Linked) -> None:
    """At RCVHWM what the peer says waits in the stream, so its silence means nothing."""
    core = bench.open(SocketType.PULL, heartbeat_ivl=1, heartbeat_timeout=2, rcvhwm=1)
    link, owner, peer, _ = linked(core, "PUSH")
    peer.send(frame(b"1"), frame(b"2"))
    bench.until(lambda: pipe_of(owner).has_messages)
    for _ in range(20):
        bench.jump(core)
    assert owner.lost == []
    assert link.state is LinkState.OPEN


# -- back pressure -----------------------------------------------------------------------------------


def test_reading_pauses_at_the_mark_and_resumes_at_the_low_one(bench: Bench, linked: Linked) -> None:
    """PIPE-2: full at RCVHWM, room again at half of it."""
    core = bench.open(SocketType.PULL, rcvhwm=4, in_batch_size=3)
    link, owner, peer, _ = linked(core, "PUSH")
    for number in range(10):
        peer.send(frame(b"%d" % number))
    pipe = pipe_of(owner)
    bench.until(lambda: len(pipe.inbound.items) == 4)
    paused_at = link.octets_in
    for _ in range(5):
        bench.serve()
    assert link.octets_in == paused_at
    assert core.take() == b"0"
    bench.serve()
    assert link.octets_in == paused_at
    assert core.take() == b"1"
    bench.until(lambda: len(pipe.inbound.items) == 4)
    assert link.octets_in > paused_at
    assert take_all(core) == [b"%d" % number for number in range(2, 10)]


def test_paused_link_still_writes(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PAIR, rcvhwm=1)
    _, owner, peer, _ = linked(core, "PAIR")
    peer.send(frame(b"1"), frame(b"2"))
    bench.until(lambda: pipe_of(owner).has_messages)
    core.try_send(b"answer")
    bench.serve()
    assert peer.read() == frame(b"answer")


def test_writing_goes_on_where_it_stopped(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    _, owner, peer, valve = linked(core, "PULL")
    messages = [b"%03d" % number * 20 for number in range(5)]
    valve.allowance = 0
    for message in messages:
        core.try_send(message)
    core.flush()
    arrived = b""
    while owner.waiting:
        valve.allowance = 7
        bench.serve()
        arrived += peer.read()
    assert arrived == b"".join(map(frame, messages))


def test_messages_leave_the_pipe_when_their_last_octet_is_written(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    _, owner, _, valve = linked(core, "PULL")
    valve.allowance = 5
    for message in (b"1", b"2", b"3"):
        pipe_of(owner).push(message)
    core.flush()
    bench.serve()
    assert owner.waiting == [b"2", b"3"]
    valve.allowance = 1
    bench.until(lambda: owner.waiting == [b"3"])
    valve.allowance = None
    bench.until(lambda: not owner.waiting)


def test_room_comes_back_when_messages_are_written(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, sndhwm=2)
    _, _, peer, valve = linked(core, "PULL")
    valve.allowance = 0
    assert core.try_send(b"1")
    assert core.try_send(b"2")
    assert not core.try_send(b"3")
    valve.allowance = None
    bench.until(lambda: core.try_send(b"3"))
    bench.serve()
    assert peer.read() == frame(b"1") + frame(b"2") + frame(b"3")


def test_pong_waits_for_the_end_of_a_batch(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    _, _, peer, valve = linked(core, "PULL")
    valve.allowance = 4
    core.try_send(b"a message")
    core.flush()
    peer.send(command(b"PING", b"\0\0"))
    bench.serve()
    valve.allowance = None
    bench.until(lambda: b"PONG" in peer.collect())
    assert peer.read() == frame(b"a message") + command(b"PONG")


# -- what a lost link takes with it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [(0, 5), (1, 4), (11, 4), (12, 4), (13, 3), (24, 3), (25, 2), (59, 0)],
)
def test_lost_link_drops_exactly_what_it_had_begun(
    bench: Bench, linked: Linked, written: int, kept: int
) -> None:
    """REC-5: messages whose octets were written in part may have arrived; the others stay."""
    core = bench.open(SocketType.PUSH)
    _, owner, peer, valve = linked(core, "PULL")
    messages = [b"message %02d" % number for number in range(5)]  # 12 octets each on the wire
    valve.allowance = written
    for message in messages:
        pipe_of(owner).push(message)
    core.flush()
    peer.close()
    bench.until(lambda: owner.lost)
    assert owner.waiting == messages[5 - kept :]


def test_batches_that_were_written_before_are_not_counted_again(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, out_batch_size=24)
    _, owner, peer, valve = linked(core, "PULL")
    messages = [b"message %02d" % number for number in range(6)]
    valve.allowance = 24 + 13
    for message in messages:
        pipe_of(owner).push(message)
    core.flush()
    peer.close()
    bench.until(lambda: owner.lost)
    assert owner.waiting == messages[4:]


def test_room_comes_back_when_begun_messages_are_dropped(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, sndhwm=2)
    _, owner, peer, valve = linked(core, "PULL")
    valve.allowance = 5
    assert pipe_of(owner).push(b"1234")
    assert pipe_of(owner).push(b"1234")
    assert not pipe_of(owner).has_room
    core.flush()
    peer.close()
    bench.until(lambda: owner.lost)
    assert pipe_of(owner).has_room


def test_all_messages_before_the_end_are_delivered_at_the_mark(bench: Bench, linked: Linked) -> None:
    """A peer that sends, closes and leaves while we stand at RCVHWM is heard to the end."""
    core = bench.open(SocketType.PULL, rcvhwm=2)
    link, owner, peer, _ = linked(core, "PUSH")
    peer.send(*[frame(b"%d" % number) for number in range(100)])
    peer.close()
    got: list[Message] = []
    while len(got) < 100:
        for _ in range(3):
            bench.serve()
        assert not owner.lost or len(got) + len(pipe_of(owner).inbound.items) == 100
        message = core.try_receive()
        assert message is not None, f"only {got} came"
        got.append(message)
    assert got == [b"%d" % number for number in range(100)]
    bench.until(lambda: owner.lost)
    assert link.state is LinkState.CLOSED


def test_link_is_not_lost_while_messages_wait_for_room(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL, rcvhwm=1)
    _, owner, peer, _ = linked(core, "PUSH")
    peer.send(frame(b"1"), frame(b"2"))
    peer.close()
    bench.until(lambda: pipe_of(owner).has_messages)
    for _ in range(5):
        bench.serve()
    assert owner.lost == []
    assert core.take() == b"1"
    assert core.take() == b"2"
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], ZMQError)


def test_message_that_is_cut_off_is_not_delivered(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL)
    _, owner, peer, _ = linked(core, "PUSH")
    peer.send(frame(b"whole"), frame(b"first", more=True), frame(b"rest")[:3])
    peer.close()
    bench.until(lambda: owner.lost)
    assert take_all(core) == [b"whole"]


def test_failed_write_does_not_lose_what_the_peer_sent(bench: Bench, linked: Linked) -> None:
    """END-2: the peer sent its last messages before it left."""
    core = bench.open(SocketType.PAIR, rcvhwm=1)
    link, owner, peer, valve = linked(core, "PAIR")
    peer.send(*[frame(b"%d" % number) for number in range(5)])
    valve.failure = ZMQError(errno.EPIPE)
    core.try_send(b"in vain")
    core.flush()
    assert owner.lost == []
    peer.close()
    got: list[Message] = []
    while len(got) < 5:
        bench.serve()
        got += take_all(core)
    bench.until(lambda: owner.lost)
    assert got == [b"%d" % number for number in range(5)]
    assert link.state is LinkState.CLOSED
    assert owner.waiting == [b"in vain"]


def test_messages_before_a_mistake_are_delivered(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL, maxmsgsize=10)
    _, owner, peer, _ = linked(core, "PUSH")
    peer.send(frame(b"good"), frame(bytes(11)), frame(b"too late"))
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], RemoteProtocolError)
    assert take_all(core) == [b"good"]


def test_reader_is_told_of_messages_before_a_mistake(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL, maxmsgsize=10)
    _, owner, peer, _ = linked(core, "PUSH")
    assert take_all(core) == []  # from now on the socket takes only what it is told of
    peer.send(frame(b"good"), frame(bytes(11)))
    bench.until(lambda: owner.lost)
    assert take_all(core) == [b"good"]
    assert pipe_of(owner).inbound.pushed == 1


# -- the end -----------------------------------------------------------------------------------------


def test_finish_writes_what_is_left_and_closes(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    link, owner, peer, valve = linked(core, "PULL")
    valve.allowance = 3
    core.try_send(b"first")
    core.try_send(b"last")
    core.flush()
    link.finish()
    assert link.has_unsent
    assert owner.lost == []
    valve.allowance = None
    bench.until(lambda: owner.lost)
    assert owner.lost == [None]
    assert peer.read() == frame(b"first") + frame(b"last")
    assert peer.ended


def test_finish_closes_at_once_when_nothing_is_left(bench: Bench, linked: Linked) -> None:
    link, owner, _, _ = linked(bench.open(SocketType.PUSH), "PULL")
    link.finish()
    assert owner.lost == [None]
    assert link.state is LinkState.CLOSED


def test_finish_in_the_handshake_closes_at_once_when_nothing_waits(bench: Bench, linked: Linked) -> None:
    link, owner, _, _ = linked(bench.open(SocketType.PUSH))
    link.finish()
    assert owner.lost == [None]


def test_finish_ends_when_writing_fails(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    link, owner, _, valve = linked(core, "PULL")
    valve.allowance = 0
    core.try_send(b"never")
    core.flush()
    link.finish()
    valve.failure = ZMQError(errno.EPIPE)
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], ZMQError)
    assert owner.waiting == [b"never"]


def test_close_does_not_tell_the_owner(bench: Bench, linked: Linked) -> None:
    link, owner, peer, valve = linked(bench.open(SocketType.PUSH), "PULL")
    link.close()
    link.close()
    assert owner.lost == []
    assert valve.fileno() == -1
    peer.read()
    assert peer.ended


def test_peer_that_the_socket_does_not_want_is_not_listened_to(bench: Bench, linked: Linked) -> None:
    """PAIR-1: a second peer stays connected; but its departure is noticed."""
    core = bench.open(SocketType.PAIR)
    linked(core, "PAIR")
    link, owner, peer, _ = linked(core, "PAIR")
    assert link.state is LinkState.ORPHAN
    peer.send(frame(b"hello?"))
    for _ in range(5):
        bench.serve()
    assert take_all(core) == []
    assert owner.lost == []
    peer.close()
    bench.until(lambda: owner.lost)


def test_peer_that_the_socket_does_not_want_is_stopped_by_its_own_queue(bench: Bench, linked: Linked) -> None:
    """It cannot talk for ever to somebody who does not listen."""
    core = bench.open(SocketType.PAIR)
    linked(core, "PAIR")
    link, owner, peer, _ = linked(core, "PAIR")
    peer.send(frame(b"x" * 200_000))
    for _ in range(20):
        bench.serve()
    assert link.octets_in < 200_000
    assert owner.lost == []


def test_departure_of_a_talkative_peer_that_is_not_wanted_is_noticed(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PAIR)
    linked(core, "PAIR")
    _, owner, peer, _ = linked(core, "PAIR")
    assert core.timers.next_deadline() is None
    peer.send(frame(b"x" * (2 * MOST_IGNORED)))
    bench.until(lambda: core.timers.next_deadline())
    peer.close()
    for _ in range(3):
        bench.serve()
    assert owner.lost == []
    while not owner.lost:
        bench.jump(core)
        bench.serve()
    assert core.timers.next_deadline() is None


def test_peer_that_is_not_wanted_is_answered_its_pings(bench: Bench, linked: Linked) -> None:
    """Else it would leave, come again, and so on."""
    core = bench.open(SocketType.PAIR)
    linked(core, "PAIR")
    link, owner, peer, _ = linked(core, "PAIR")
    peer.send(frame(b"unheard") + command(b"PING", b"\0\0context"))
    bench.until(lambda: peer.collect())
    assert peer.read() == command(b"PONG", b"context")
    assert (link.state, owner.lost, take_all(core)) == (LinkState.ORPHAN, [], [])


def test_peer_that_is_not_wanted_lives_as_long_as_its_heart_beats(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PAIR, heartbeat_ivl=1, heartbeat_timeout=2000)
    linked(core, "PAIR")
    link, owner, peer, _ = linked(core, "PAIR")
    for _ in range(10):
        bench.until(lambda: b"PING" in peer.collect())
        peer.read()
        peer.send(command(b"PONG"))
    assert (link.state, owner.lost) == (LinkState.ORPHAN, [])
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], PeerTimeout)


def test_peer_that_talks_is_read_while_the_last_messages_are_written(bench: Bench, linked: Linked) -> None:
    """It may not read before somebody reads what it says."""
    core = bench.open(SocketType.PAIR)
    link, owner, peer, valve = linked(core, "PAIR")
    valve.allowance = 0
    core.try_send(b"last")
    core.flush()
    pipe_of(owner).close()
    link.finish()
    peer.send(frame(bytes(2 * MOST_IGNORED)))
    bench.until(lambda: link.octets_in > 2 * MOST_IGNORED)
    assert link.state is LinkState.ORPHAN


def test_closed_link_does_nothing_any_more(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, heartbeat_ivl=1)
    link, owner, _, _ = linked(core, "PULL")
    link.close()
    pipe_of(owner).push(b"x")
    core.flush()
    link.on_closed(pipe_of(owner))
    assert (owner.waiting, owner.lost) == ([b"x"], [])
    assert core.timers.next_deadline() is None


# -- options -----------------------------------------------------------------------------------------


def test_conflating_pipe_sends_the_newest_message(bench: Bench, linked: Linked) -> None:
    """PIPE-4: a message that is being written cannot be replaced, one that waits can."""
    core = bench.open(SocketType.PUSH, conflate=True)
    _, owner, peer, valve = linked(core, "PULL")
    valve.allowance = 1
    pipe_of(owner).push(b"being written")
    core.flush()
    for message in (b"old", b"new"):
        pipe_of(owner).push(message)
    valve.allowance = None
    bench.until(lambda: frame(b"new") in peer.collect())
    assert peer.read() == frame(b"being written") + frame(b"new")


def test_conflating_link_that_is_lost_keeps_the_message_that_waits(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH, conflate=True)
    _, owner, peer, valve = linked(core, "PULL")
    valve.allowance = 1
    pipe_of(owner).push(b"being written")
    core.flush()
    pipe_of(owner).push(b"waits")
    peer.close()
    bench.until(lambda: owner.lost)
    assert (owner.waiting, core.lost) == ([b"waits"], 1)


def test_conflated_message_that_is_written_in_part_is_lost_with_its_link(
    bench: Bench, linked: Linked
) -> None:
    core = bench.open(SocketType.PUSH, conflate=True)
    link, owner, _, valve = linked(core, "PULL")
    for number, allowance in enumerate((1, None, 1)):
        valve.allowance = allowance
        pipe_of(owner).push(b"%d" % number)
        core.flush()
        assert link.begun == (allowance == 1)
        if number == 0:
            valve.allowance = None
            bench.until(lambda: not link.begun)
    link.close()
    assert (link.begun, core.lost) == (0, 1)


def test_events_say_why_a_link_was_lost(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PUSH)
    recorder = bench.record(core)
    link, owner, peer, _ = linked(core)
    peer.send(greeting(mechanism=b"PLAIN"))
    bench.until(lambda: owner.lost)
    assert recorder.names == ["HANDSHAKE_FAILED_PROTOCOL", "DISCONNECTED"]
    assert [each.endpoint for each in recorder.seen] == [link.endpoint] * 2


def test_closed_is_the_end_of_every_life() -> None:
    assert STATES[LinkState.CLOSED] == set()
    assert all(LinkState.CLOSED in then for state, then in STATES.items() if state is not LinkState.CLOSED)
    assert set(STATES) == set(LinkState)


# -- our own mistakes --------------------------------------------------------------------------------


def test_mistake_of_ours_is_seen_and_costs_this_peer_only(
    bench: Bench, linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = bench.open(SocketType.PULL)
    link, owner, peer, valve = linked(core, "PUSH")
    _, other_owner, other_peer, _ = linked(core, "PUSH")

    def fail(size: int) -> bytes | None:
        raise ValueError("our mistake")

    monkeypatch.setattr(valve, "receive", fail)
    peer.send(frame(b"x"))
    with pytest.raises(ValueError, match="our mistake"):
        bench.serve()
    assert link.state is LinkState.CLOSED
    assert [type(error) for error in owner.lost] == [ValueError]
    other_peer.send(frame(b"still served"))
    assert take_all(core) == [b"still served"]
    assert other_owner.lost == []


@pytest.mark.parametrize(("written", "lost"), [(0, 0), (12, 0), (13, 1), (24, 0), (30, 1)])
def test_message_that_was_cut_off_is_lost(bench: Bench, linked: Linked, written: int, lost: int) -> None:
    """One that was written whole may have arrived; one that is incomplete has not."""
    core = bench.open(SocketType.PUSH)
    _, owner, peer, valve = linked(core, "PULL")
    valve.allowance = written
    for number in range(4):
        pipe_of(owner).push(b"message %02d" % number)
    core.flush()
    peer.close()
    bench.until(lambda: owner.lost)
    assert core.lost == lost
