"""GSS-1: frames in MESSAGEs."""

from __future__ import annotations

import errno

import pytest

from tests.zmtp.mechanism.contexts import OVERHEAD, FakeContext
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.leaf.octets import MORE
from zerowire.zmtp.framing import COMMAND
from zerowire.zmtp.mechanism.gssapi_messages import ContextError, GssapiMessages

UNEXPECTED, BAD_MESSAGE, CRYPTOGRAPHIC = 0x10000001, 0x10000012, 0x11000001


def pair() -> tuple[GssapiMessages, FakeContext]:
    """Return the server's side, and the client's context."""
    return GssapiMessages(FakeContext(initiates=False)), FakeContext(initiates=True)


def message(token: bytes) -> bytes:
    return b"\x07MESSAGE" + len(token).to_bytes(4, "big") + token


def code_of(messages: GssapiMessages, body: bytes) -> int:
    with pytest.raises(RemoteProtocolError) as info:
        messages.decode(body)
    return info.value.code


@pytest.mark.parametrize(("flags", "inner"), [(0, 0), (MORE, 1), (COMMAND, 2), (COMMAND | MORE, 2)])
def test_flags_are_wrapped_with_the_body(flags: int, inner: int) -> None:
    messages, client = pair()
    body = messages.encode(flags, memoryview(b"body"))
    assert body[:12] == b"\x07MESSAGE" + (OVERHEAD + 5).to_bytes(4, "big")
    assert client.unwrap(body[12:]) == bytes((inner,)) + b"body"


@pytest.mark.parametrize(
    ("inner", "flags", "body"),
    [
        (0, 0, b"body"),
        (1, MORE, b"body"),
        (2, COMMAND, b"body"),
        (3, COMMAND, b"body"),
        (4, COMMAND, b"\x09SUBSCRIBEbody"),
        (6, COMMAND, b"\x09SUBSCRIBEbody"),
        (8, COMMAND, b"\x06CANCELbody"),
    ],
)
def test_flags_are_unwrapped(inner: int, flags: int, body: bytes) -> None:
    """GSS-1: later versions of libzmq have flags for subscriptions, in place of commands."""
    messages, client = pair()
    assert messages.decode(message(client.wrap(bytes((inner,)) + b"body"))) == (flags, body)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 70_000])
def test_size_is_known_beforehand(size: int) -> None:
    messages, _ = pair()
    assert messages.encoded_size(size) == len(messages.encode(0, bytes(size)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", UNEXPECTED),
        (b"\x05READY", UNEXPECTED),
        (b"\x07MESSAGE", BAD_MESSAGE),
        (b"\x07MESSAGE\0\0\0", BAD_MESSAGE),
        (b"\x07MESSAGE\0\0\0\x03ab", BAD_MESSAGE),
        (b"\x07MESSAGE\0\0\0\x01ab", BAD_MESSAGE),
        (b"\x07MESSAGE\xff\xff\xff\xffab", BAD_MESSAGE),
        (b"\x07MESSAGE\0\0\0\0", CRYPTOGRAPHIC),
        (b"\x07MESSAGE\0\0\0\x02ab", CRYPTOGRAPHIC),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, code: int) -> None:
    assert code_of(pair()[0], body) == code


@pytest.mark.parametrize("content", [b"", b"\x10body", b"\x80"])
def test_what_the_peer_cannot_mean_is_refused(content: bytes) -> None:
    """libzmq reads flags where there are none."""
    messages, client = pair()
    assert code_of(messages, message(client.wrap(content))) == BAD_MESSAGE


def test_a_message_comes_once() -> None:
    messages, client = pair()
    body = message(client.wrap(b"\0body"))
    messages.decode(body)
    assert code_of(messages, body) == CRYPTOGRAPHIC


class Huge(bytes):
    """Says that it is longer than any test can afford."""

    def __len__(self) -> int:
        return 2**32


class Broken(FakeContext):
    """Cannot encrypt, or makes too much of it."""

    def __init__(self, outcome: bytes | ContextError) -> None:
        super().__init__(initiates=False)
        self._outcome = outcome

    def wrap(self, content: bytes) -> bytes:
        if isinstance(self._outcome, ContextError):
            raise self._outcome
        return self._outcome


@pytest.mark.parametrize(
    ("outcome", "number", "words"),
    [
        (Huge(), errno.EMSGSIZE, "a frame of 4 octets is too long for GSSAPI"),
        (ContextError("expired"), errno.EACCES, "GSSAPI cannot encrypt: expired"),
        (ContextError("expired", errno.EPERM), errno.EPERM, "GSSAPI cannot encrypt: expired"),
    ],
    ids=["too long", "for no reason", "for a reason"],
)
def test_what_cannot_be_encrypted_is_not_sent(outcome: bytes | ContextError, number: int, words: str) -> None:
    with pytest.raises(ZMQError, match=words) as info:
        GssapiMessages(Broken(outcome)).encode(0, b"body")
    assert info.value.errno == number
