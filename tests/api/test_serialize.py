"""Objects as messages, on a socket that remembers what was sent."""

from __future__ import annotations

import hmac
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import zerowire
from zerowire.api.serialize import Serialized


class Echo(Serialized):
    """Receives what it has sent."""

    def __init__(self) -> None:
        self.sent: list[list[bytes]] = []
        self.arguments: list[dict[str, Any]] = []

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
    ) -> None:
        self.sent.append([data])
        self.arguments.append({"flags": flags, "copy": copy, "track": track, "group": group})

    def recv(self, flags: int = 0) -> bytes:
        return self.sent.pop(0)[0]

    def send_multipart(
        self, msg_parts: Any, flags: int = 0, copy: bool = True, track: bool = False, **kwargs: Any
    ) -> None:
        self.sent.append(list(msg_parts))
        self.arguments.append({"flags": flags, "copy": copy, "track": track, **kwargs})

    def recv_multipart(self, flags: int = 0, copy: bool = True) -> list[Any]:
        return self.sent.pop(0)


def test_text_travels_in_its_encoding() -> None:
    echo = Echo()
    echo.send_string("é")
    echo.send_unicode("é", encoding="latin-1")
    assert echo.sent == [["é".encode()], [b"\xe9"]]
    assert echo.recv_string() == "é"
    assert echo.recv_unicode(encoding="latin-1") == "é"


def test_send_string_takes_text_only() -> None:
    echo = Echo()
    with pytest.raises(TypeError, match="takes str, not bytes"):
        echo.send_string(b"octets")  # type: ignore[arg-type]
    assert echo.sent == []


def test_octets_that_are_not_text_are_an_error() -> None:
    echo = Echo()
    echo.send(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        echo.recv_string()


def test_json_has_the_separators_of_the_standard_library() -> None:
    echo = Echo()
    echo.send_json({"a": 1})
    assert echo.sent == [[b'{"a": 1}']]
    assert echo.recv_json() == {"a": 1}


def test_arguments_for_json_go_to_json() -> None:
    echo = Echo()
    echo.send_json({"b": 1, "a": 2}, flags=zerowire.SNDMORE, sort_keys=True, group="g", routing_id=None)
    assert echo.sent == [[b'{"a": 2, "b": 1}']]
    assert echo.arguments[0]["flags"] == zerowire.SNDMORE
    assert echo.arguments[0]["group"] == "g"
    assert echo.recv_json(object_pairs_hook=list) == [("a", 2), ("b", 1)]


def test_what_is_not_json_is_a_value_error() -> None:
    echo = Echo()
    echo.send(b"{")
    with pytest.raises(ValueError):
        echo.recv_json()


@pytest.mark.parametrize("protocol", [0, 4])
def test_python_objects_travel_as_pickles(protocol: int) -> None:
    echo = Echo()
    echo.send_pyobj({"a": (1, 2j)}, protocol=protocol, copy=False)
    assert echo.arguments[0]["copy"] is False
    assert echo.recv_pyobj() == {"a": (1, 2j)}


def test_recv_pyobj_warns_of_pickles() -> None:
    assert "trust" in (Serialized.recv_pyobj.__doc__ or "")
    assert "send one again" in (Serialized.recv_pyobj.__doc__ or "")
    assert "Warning" in (Serialized.send_pyobj.__doc__ or "")


# -- with a key -----------------------------------------------------------------------------------

KEY = bytes(range(32))


def unpickled(*_: object) -> None:
    pytest.fail("it was unpickled")


def test_a_pickle_with_a_key_can_be_read_with_it() -> None:
    echo = Echo()
    echo.send_pyobj({"a": 1}, zerowire.SNDMORE, key=KEY, copy=False)
    assert echo.arguments[0]["flags"] == zerowire.SNDMORE
    assert echo.arguments[0]["copy"] is False
    assert echo.recv_pyobj(key=KEY) == {"a": 1}


def test_the_signature_is_made_as_the_module_says() -> None:
    echo = Echo()
    echo.send_pyobj([1], protocol=4, key=KEY)
    ((frame,),) = echo.sent
    assert frame[32:] == pickle.dumps([1], 4)
    assert frame[:32] == hmac.digest(KEY, b"zerowire pickle 1:" + frame[32:], "sha256")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda frame: frame[32:],
        lambda frame: frame[:-1],
        lambda frame: frame + b"x",
        lambda frame: frame[:31],
        lambda frame: b"",
        lambda frame: bytes(32) + frame[32:],
        lambda frame: frame[:40] + b"!" + frame[41:],
        lambda frame: hmac.digest(KEY, frame[32:], "sha256") + frame[32:],
    ],
    ids=["unsigned", "shorter", "longer", "cut off", "empty", "no signature", "changed", "another purpose"],
)
def test_what_is_not_signed_is_not_unpickled(
    tamper: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = Echo()
    echo.send_pyobj(["an object that is long enough to be changed in the middle"], key=KEY)
    echo.sent[0][0] = tamper(echo.sent[0][0])
    monkeypatch.setattr(pickle, "loads", unpickled)
    with pytest.raises(ValueError, match=r"not signed with this key, and was not unpickled: .* same key"):
        echo.recv_pyobj(key=KEY)
    assert echo.sent == []


def test_another_key_is_a_wrong_key(monkeypatch: pytest.MonkeyPatch) -> None:
    echo = Echo()
    echo.send_pyobj(1, key=KEY)
    monkeypatch.setattr(pickle, "loads", unpickled)
    with pytest.raises(ValueError, match="not signed"):
        echo.recv_pyobj(key=KEY[::-1])


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def compare(one: Any, other: Any) -> bool:
        compared.append(len(other))
        return bytes(one) == bytes(other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    echo = Echo()
    echo.send_pyobj(1, key=KEY)
    assert echo.recv_pyobj(key=KEY) == 1
    assert compared == [32]


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (b"", ValueError, "the key has 0 octets, must have 16 or more"),
        (b"fifteen octets.", ValueError, "the key has 15 octets"),
        ("a key that is long enough", TypeError, "a key is bytes, not str"),
    ],
)
def test_what_is_no_key_is_refused_before_anything_is_sent_or_received(
    key: Any, error: type[Exception], text: str
) -> None:
    echo = Echo()
    with pytest.raises(error, match=text):
        echo.send_pyobj(1, key=key)
    assert echo.sent == []
    echo.send(b"waits")
    with pytest.raises(error, match=text):
        echo.recv_pyobj(key=key)
    assert echo.sent == [[b"waits"]]


def test_sixteen_octets_are_a_key() -> None:
    echo = Echo()
    echo.send_pyobj(1, key=b"sixteen octets..")
    assert echo.recv_pyobj(key=b"sixteen octets..") == 1


# -- other things ---------------------------------------------------------------------------------


def test_functions_turn_objects_into_frames_and_back() -> None:
    echo = Echo()
    echo.send_serialized([1, 2], lambda numbers: [json.dumps(n).encode() for n in numbers], copy=False)
    assert echo.sent == [[b"1", b"2"]]
    assert echo.arguments[0]["copy"] is False
    assert echo.recv_serialized(lambda frames: [json.loads(frame) for frame in frames]) == [1, 2]


def test_sockets_convert(context: zerowire.Context) -> None:
    with context.socket(zerowire.PAIR) as one, context.socket(zerowire.PAIR) as other:
        one.bind("inproc://objects")
        other.connect("inproc://objects")
        one.send_json([1], zerowire.SNDMORE)
        one.send_string("text")
        assert other.recv_json() == [1]
        assert other.recv_string() == "text"
        one.send_pyobj({1}, key=KEY)
        assert other.recv_pyobj(key=KEY) == {1}
        other.send_serialized("ab", lambda text: [letter.encode() for letter in text])
        assert one.recv_serialized(b"".join) == b"ab"
