"""Messages that are sent and received frame by frame."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from errno import EINVAL
from typing import Any, TypeVar

import pytest

from tests.engine.bench import Bench
from zerowire.constants import SocketType
from zerowire.engine.partial import Incoming, here
from zerowire.error import ZMQError

T = TypeVar("T")
WaitUntil = Callable[..., None]


def in_another_thread(action: Callable[[], T]) -> T:
    """Return what an action returns in a thread of its own."""
    results: list[T] = []
    thread = threading.Thread(target=lambda: results.append(action()))
    thread.start()
    thread.join(10)
    return results[0]


@pytest.fixture
def core(bench: Bench) -> Any:
    """A PUSH socket that can send, to a PULL socket of the same bench."""
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind("inproc://partial")
    push.endpoints.connect("inproc://partial")
    bench.serve()
    return push


def test_frames_are_kept_until_the_last(core: Any) -> None:
    outgoing = core.outgoing
    assert outgoing.begin(b"a")
    assert outgoing.begin(b"b")
    assert outgoing.complete(b"c") == [b"a", b"b", b"c"]
    assert outgoing.complete(b"c") == [b"a", b"b", b"c"]  # nothing is forgotten before it was sent
    outgoing.sent()
    assert outgoing.complete(b"alone") == b"alone"


def test_frames_of_threads_do_not_mix(core: Any) -> None:
    outgoing = core.outgoing
    outgoing.begin(b"mine")
    assert in_another_thread(lambda: outgoing.complete(b"theirs")) == b"theirs"

    def other() -> object:
        outgoing.begin(b"theirs 1")
        return outgoing.complete(b"theirs 2")

    assert in_another_thread(other) == [b"theirs 1", b"theirs 2"]
    assert outgoing.complete(b"mine too") == [b"mine", b"mine too"]


def in_a_short_thread(action: Callable[[], object], how: str) -> None:
    """Do something in a thread that ends then; the next one may have its number."""
    if how == "threading":
        in_another_thread(action)
        return
    done = threading.Event()

    def run() -> None:
        action()
        done.set()

    _thread.start_new_thread(run, ())
    assert done.wait(10)


@pytest.mark.parametrize("how", ["threading", "_thread"])
def test_frames_go_with_the_thread_that_began_to_send_them(
    core: Any, wait_until: WaitUntil, how: str
) -> None:
    for _ in range(3):
        in_a_short_thread(lambda: core.outgoing.begin(b"begun"), how)
    assert in_another_thread(lambda: core.outgoing.complete(b"whole")) == b"whole"
    assert core.sends_parts
    wait_until(lambda: in_another_thread(core.outgoing.sent) or not core.sends_parts)
    assert core.outgoing.frames == {}


@pytest.mark.parametrize("how", ["threading", "_thread"])
def test_frames_go_with_the_thread_that_began_to_receive_them(
    core: Any, wait_until: WaitUntil, how: str
) -> None:
    for _ in range(3):
        in_a_short_thread(lambda: core.incoming.open([b"a", b"b"], {}), how)
    assert in_another_thread(lambda: core.incoming.has_next) is False
    assert core.receives_parts
    wait_until(lambda: in_another_thread(core.incoming.next) or not core.receives_parts)
    assert core.incoming.frames == {}


def test_sndmore_says_whether_more_follow(core: Any) -> None:
    assert core.outgoing.continues(b"x", 2)
    assert not core.outgoing.continues(b"x", 0)


def test_frame_that_cannot_go_is_found_out_at_the_first(bench: Bench) -> None:
    lonely = bench.open(SocketType.PUSH)
    assert not lonely.outgoing.begin(b"a")
    assert lonely.outgoing.complete(b"b") == b"b"


def test_type_that_does_not_send_says_so_at_the_first_frame(bench: Bench) -> None:
    with pytest.raises(ZMQError):
        bench.open(SocketType.PULL).outgoing.begin(b"a")


def test_type_whose_messages_have_one_frame_says_so_at_the_first(bench: Bench) -> None:
    """SOCK-3."""
    core = bench.open(SocketType.CLIENT)
    with pytest.raises(ZMQError, match="CLIENT socket sends messages of one frame, so SNDMORE") as caught:
        core.outgoing.begin(b"x")
    assert caught.value.errno == EINVAL


def test_message_of_a_stream_is_complete_after_two_frames(bench: Bench) -> None:
    """STREAM: [routing id, data], whatever SNDMORE says."""
    stream = bench.open(SocketType.STREAM)
    assert stream.outgoing.continues(b"id", 0)
    stream.outgoing.frames[here.number] = [b"id"]
    assert not stream.outgoing.continues(b"data", 2)
    stream.outgoing.sent()


def test_frames_of_a_message_are_handed_out_in_order(bench: Bench) -> None:
    incoming = Incoming(bench.open(SocketType.PULL))
    message: list[Any] = [b"a", b"b", b"c"]
    assert incoming.open(message, {"k": "v"}) == b"a"
    assert incoming.has_next
    assert incoming.next() == (b"b", {"k": "v"})
    assert incoming.next() == (b"c", {"k": "v"})
    assert not incoming.has_next
    assert incoming.next() is None
    assert message == [b"a", b"b", b"c"]  # nobody changes a message


def test_rest_of_a_message_is_taken_at_once(bench: Bench) -> None:
    incoming = Incoming(bench.open(SocketType.PULL))
    incoming.open([b"a", b"b", b"c"], {})
    assert incoming.rest() == [b"b", b"c"]
    assert incoming.rest() is None
    assert not incoming.has_next


def test_frames_that_one_thread_began_are_no_business_of_another(bench: Bench) -> None:
    incoming = Incoming(bench.open(SocketType.PULL))
    incoming.open([b"a", b"b"], {})
    assert in_another_thread(lambda: incoming.has_next) is False
    assert in_another_thread(incoming.next) is None
    assert incoming.rest() == [b"b"]


# -- frames that are given back ----------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_frames_that_are_given_back_have_their_places_again(bench: Bench, order: tuple[int, ...]) -> None:
    core = bench.open(SocketType.PULL)
    incoming = core.incoming
    receipts: list[Any] = [incoming.open_receipt([b"a", b"b", b"c"], {"k": "v"}), incoming.next_receipt()]
    assert [(each.message, each.more, each.metadata) for each in receipts] == [
        (b"a", True, {"k": "v"}),
        (b"b", True, {"k": "v"}),
    ]
    for number in order:
        receipts[number].put_back()
    assert incoming.rest() == [b"a", b"b", b"c"]


def test_frame_that_is_given_back_after_its_message_is_received_alone(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    incoming = core.incoming
    first = incoming.open_receipt([b"a", b"b"], {})
    assert incoming.rest() == [b"b"]
    first.put_back()
    assert core.receives_parts
    assert incoming.next() == (b"a", {})
    assert not incoming.has_next
    last = incoming.open_receipt([b"a", b"b"], {})
    following = incoming.next_receipt()
    assert following is not None
    assert not following.more
    incoming.open([b"c", b"d"], {})
    last.put_back()
    assert incoming.rest() == [b"d"]
    assert core.take() == b"a"


def test_frame_goes_back_to_the_thread_that_had_it(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    incoming = core.incoming
    receipt = incoming.open_receipt([b"a", b"b"], {})
    in_another_thread(receipt.put_back)
    assert in_another_thread(lambda: incoming.has_next) is False
    assert incoming.rest() == [b"a", b"b"]


def test_there_is_no_receipt_for_no_frame(bench: Bench) -> None:
    assert bench.open(SocketType.PULL).incoming.next_receipt() is None


def test_closed_socket_wants_no_frame_back(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    receipt = core.incoming.open_receipt([b"a", b"b"], {})
    core.close()
    receipt.put_back()
    assert core.incoming.rest() == [b"b"]
