"""NULL-1 to NULL-7: no authentication."""

from __future__ import annotations

import pytest

from zerowire.error import RemoteProtocolError
from zerowire.zmtp import command
from zerowire.zmtp.mechanism.null import Null


def test_both_sides_send_ready_at_once() -> None:
    """NULL-1, NULL-2."""
    mechanism = Null(b"mine")
    assert mechanism.next_command() == b"\x05READYmine"
    assert mechanism.next_command() is None
    assert not mechanism.is_done
    mechanism.receive_command(b"\x05READYtheirs")
    assert mechanism.is_done
    assert mechanism.peer_metadata == b"theirs"


def test_the_peer_may_be_first() -> None:
    mechanism = Null(b"")
    mechanism.receive_command(b"\x05READY")
    assert not mechanism.is_done
    mechanism.next_command()
    assert mechanism.is_done


@pytest.mark.parametrize(("body", "code"), [(b"\x09", 0x10000011), (b"\x05HELLO", 0x10000001)])
def test_another_command_is_refused(body: bytes, code: int) -> None:
    with pytest.raises(RemoteProtocolError) as info:
        Null(b"").receive_command(body)
    assert info.value.code == code


def test_a_second_ready_is_refused() -> None:
    mechanism = Null(b"")
    mechanism.receive_command(b"\x05READY")
    with pytest.raises(RemoteProtocolError) as info:
        mechanism.receive_command(b"\x05READY")
    assert info.value.code == 0x10000001


def test_an_error_ends_the_handshake() -> None:
    """NULL-7."""
    with pytest.raises(RemoteProtocolError, match="400") as info:
        Null(b"").receive_command(command.error(b"400"))
    assert info.value.status == 400


def test_it_may_have_to_be_decided_about_the_peer() -> None:
    """NULL-6: nothing is said before; the peer has no credentials but its address."""
    mechanism = Null(b"mine", asks=True)
    assert mechanism.credentials == ()
    mechanism.receive_command(b"\x05READYtheirs")
    assert mechanism.next_command() is None
    mechanism.accept()
    assert mechanism.next_command() == b"\x05READYmine"
    assert mechanism.is_done
