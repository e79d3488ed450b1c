"""leaf.landing: the object that a large body is received into."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zerowire.leaf.landing import FIRST, Landing

BODY = bytes(range(256)) * 200


def write(landing: Landing, octets: bytes) -> int:
    """Write as many octets as there is room for, and return how many that was."""
    with landing.room() as room:
        count = min(len(room), len(octets))
        room[:count] = octets[:count]
    landing.filled(count)
    return count


def pieces(size: int) -> Iterator[bytes]:
    for start in range(0, len(BODY), size):
        yield BODY[start : start + size]


def test_octets_that_are_written_into_the_room_become_the_body() -> None:
    landing = Landing(len(BODY))
    assert landing.missing == len(BODY)
    for piece in pieces(1000):
        write(landing, piece)
    assert landing.missing == 0
    body = landing.take()
    assert type(body) is bytes
    assert body == BODY
    assert hash(body) == hash(BODY)


def test_octets_that_are_fed_become_the_body() -> None:
    landing = Landing(len(BODY))
    assert landing.feed(b"??" + BODY[:500], 2) == 500
    assert landing.feed(b"", 0) == 0
    assert write(landing, BODY[500:700]) == 200
    assert landing.feed(BODY, 700) == len(BODY) - 700
    assert landing.take() == BODY


def test_no_more_is_fed_than_is_missing() -> None:
    landing = Landing(3)
    assert landing.feed(b"0123456", 1) == 3
    assert landing.feed(b"0123456", 4) == 0
    assert landing.take() == b"123"


@pytest.mark.parametrize("size", [1, 2, 255])
def test_small_bodies_land_as_well(size: int) -> None:
    landing = Landing(size)
    assert write(landing, BODY) == size
    assert landing.take() == BODY[:size]


def test_announced_size_alone_takes_no_memory() -> None:
    landing = Landing((1 << 63) - 1)
    with landing.room() as room:
        assert len(room) == FIRST
    landing.feed(b"x", 0)
    with landing.room() as room:
        assert len(room) == FIRST - 1


def test_body_grows_with_what_has_come() -> None:
    size = 5 * FIRST + 7
    landing = Landing(size)
    rooms = []
    while landing.missing:
        rooms.append(write(landing, bytes(size)))
    assert rooms == [FIRST, FIRST, 2 * FIRST, FIRST + 7]
    assert landing.take() == bytes(size)


def test_body_grows_for_what_is_fed_at_once() -> None:
    octets = BODY * (3 * FIRST // len(BODY) + 1)
    landing = Landing(len(octets) + 1)
    assert landing.feed(octets, 0) == len(octets)
    assert landing.feed(b"z", 0) == 1
    assert landing.take() == octets + b"z"


def test_room_of_a_whole_body_is_empty() -> None:
    landing = Landing(2)
    landing.feed(b"ab", 0)
    with landing.room() as room:
        assert len(room) == 0
    assert landing.take() == b"ab"


def test_nothing_is_done_while_a_view_of_the_room_is_open() -> None:
    """Whoever holds a view could change, or write behind, what the application has."""
    landing = Landing(4)
    room = landing.room()
    for action in (landing.take, lambda: landing.filled(4), lambda: landing.feed(b"abcd", 0)):
        with pytest.raises(BufferError):
            action()
    part = room[1:3]
    room.release()
    with pytest.raises(BufferError):
        landing.filled(4)
    part.release()
    landing.feed(b"abcd", 0)
    room = landing.room()
    with pytest.raises(BufferError):
        landing.take()
    room.release()
    assert landing.take() == b"abcd"


def test_body_is_given_away_once_and_whole() -> None:
    landing = Landing(2)
    with pytest.raises(ValueError, match="2 octets are missing"):
        landing.take()
    landing.feed(b"ab", 0)
    assert landing.take() == b"ab"
    for action in (landing.take, landing.room, lambda: landing.filled(0)):
        with pytest.raises(ValueError, match="given away"):
            action()


@pytest.mark.parametrize("count", [-1, 3, 1 << 40])
def test_no_more_is_filled_than_there_is_room(count: int) -> None:
    landing = Landing(2)
    with pytest.raises(ValueError, match="do not fit"):
        landing.filled(count)


@pytest.mark.parametrize("size", [0, -1])
def test_body_without_octets_does_not_land(size: int) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        Landing(size)


def test_feeding_from_outside_the_octets_feeds_nothing() -> None:
    landing = Landing(2)
    assert landing.feed(b"ab", -1) == 0
    assert landing.feed(b"ab", 3) == 0


def test_landing_that_is_given_up_leaves_its_views_valid() -> None:
    room = Landing(10).room()
    room[:] = bytes(10)
    assert bytes(room) == bytes(10)
