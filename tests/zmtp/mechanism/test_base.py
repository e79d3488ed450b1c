"""What a mechanism may leave out."""

from __future__ import annotations

import pytest

from zerowire.error import LocalProtocolError
from zerowire.zmtp.mechanism.base import Mechanism


def test_a_mechanism_that_never_asks_refuses_an_answer() -> None:
    with pytest.raises(LocalProtocolError, match="200"):
        Mechanism(b"").zap_reply(200)


def test_the_rest_is_for_each_mechanism_to_say() -> None:
    mechanism = Mechanism(b"")
    for call in (
        mechanism.next_command,
        lambda: mechanism.receive_command(b""),
        lambda: mechanism.encode(0, b""),
        lambda: mechanism.decode(b""),
        lambda: mechanism.encoded_size(0),
    ):
        with pytest.raises(NotImplementedError):
            call()
