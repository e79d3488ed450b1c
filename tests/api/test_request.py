"""A request and its reply, at times that the test makes up."""

from __future__ import annotations

import pickle

import pytest

import zerowire as zmq
from zerowire.api.request import TRANSITIONS, NoReply, Request, State, id_of
from zerowire.message import Frame
from zerowire.testing import VirtualClock

ID = b"0123456789abcdef"
OTHER_ID = b"0123456789abcdeX"


def request(**arguments: object) -> Request:
    given: dict[str, object] = {"timeout": 1.0, "retries": 0, "now": 0.0, "request_id": ID, **arguments}
    return Request(b"question", **given)  # type: ignore[arg-type]


def test_table_covers_every_state() -> None:
    assert set(TRANSITIONS) == set(State)


def test_a_request_travels_behind_its_id_and_a_delimiter() -> None:
    assert request().frames == [ID, b"", b"question"]


def test_without_an_id_it_travels_as_it_is() -> None:
    assert request(request_id=b"").frames == b"question"


def test_several_frames_stay_several() -> None:
    several = Request([b"a", b"b"], timeout=None, retries=0, now=0.0, request_id=ID)
    assert several.frames == [ID, b"", b"a", b"b"]


def test_a_reply_with_the_id_is_taken() -> None:
    asked = request()
    asked.on_sent()
    assert not asked.is_answered
    assert asked.offer([ID, b"", b"answer"]) == b"answer"
    assert asked.is_answered
    assert asked.reply == b"answer"


def test_a_reply_of_several_frames_is_a_list() -> None:
    asked = request()
    assert asked.offer([ID, b"", b"ans", b"wer"]) == [b"ans", b"wer"]


def test_ids_are_known_in_frames_that_were_not_copied() -> None:
    """A peer over inproc may return the very frames."""
    assert request().offer([Frame(ID, copy=False), Frame(b""), b"answer"]) == b"answer"


@pytest.mark.parametrize(
    "message",
    [
        b"answer",
        [OTHER_ID, b"", b"answer"],
        [ID, b"not empty", b"answer"],
        [ID, b""],
        [b"", b"answer"],
        [b"", ID, b"", b"answer"],
    ],
    ids=["one frame", "another id", "no delimiter", "no body", "no id", "something before the id"],
)
def test_what_is_no_reply_is_not_taken(message: bytes | list[bytes]) -> None:
    asked = request()
    asked.on_sent()
    assert asked.offer(message) is None  # type: ignore[arg-type]
    assert asked.state is State.WAITING


def test_a_second_reply_is_not_taken() -> None:
    asked = request()
    asked.offer([ID, b"", b"first"])
    assert asked.offer([ID, b"", b"second"]) is None
    assert asked.reply == b"first"


def test_a_reply_to_a_request_that_was_given_up_is_not_taken() -> None:
    asked = request()
    assert not asked.next_try(1.0)
    assert asked.state is State.FAILED
    assert asked.offer([ID, b"", b"answer"]) is None


def test_each_try_has_the_whole_timeout() -> None:
    clock = VirtualClock(100.0)
    asked = request(timeout=2.0, retries=2, now=clock())
    assert asked.deadline == 102.0
    for deadline in (104.0, 106.0):
        asked.on_sent()
        clock.advance(1.5)
        assert not asked.is_late(clock())
        clock.advance(0.5)
        assert asked.is_late(clock())
        assert asked.next_try(clock())
        assert asked.state is State.READY
        assert asked.deadline == deadline
    asked.on_sent()
    clock.jump_to(106.0)
    assert not asked.next_try(clock())
    assert asked.sent == 3
    assert asked.elapsed(clock()) == 6.0


def test_the_reply_to_an_earlier_try_counts() -> None:
    asked = request(retries=1)
    asked.on_sent()
    asked.next_try(1.0)
    assert asked.offer([ID, b"", b"answer"]) == b"answer"


def test_a_try_that_could_not_be_sent_is_a_try() -> None:
    asked = request(retries=1)
    assert asked.next_try(1.0)
    assert not asked.next_try(2.0)
    assert asked.sent == 0


def test_without_a_timeout_it_is_never_late() -> None:
    asked = request(timeout=None, retries=1)
    assert asked.deadline is None
    assert not asked.is_late(1e9)
    assert asked.next_try(1e9)
    assert asked.deadline is None


def test_only_a_frame_of_the_right_size_is_an_id() -> None:
    assert id_of([ID, b"", b"x"]) == ID
    assert id_of([ID[:-1], b"", b"x"]) == b""


def test_no_reply_is_an_again_that_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(NoReply("nobody is there", "tcp://a:1", 3, 1.5)))
    assert issubclass(NoReply, zmq.Again)
    assert type(error) is NoReply
    assert error.errno == zmq.EAGAIN
    assert (str(error), error.endpoint, error.tries, error.seconds) == (
        "nobody is there",
        "tcp://a:1",
        3,
        1.5,
    )
