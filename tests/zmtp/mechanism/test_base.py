"""What a mechanism may leave out."""

from __future__ import annotations

import pytest

from zerowire.error import LocalProtocolError
from zerowire.zmtp.mechanism.base import Mechanism, Traffic


def test_a_mechanism_that_never_asks_refuses_an_answer() -> None:
    with pytest.raises(LocalProtocolError, match="nobody asked"):
        Mechanism(b"").accept()


def test_the_rest_is_for_each_mechanism_to_say() -> None:
    mechanism, traffic = Mechanism(b""), Traffic()
    for call in (
        mechanism.next_command,
        lambda: mechanism.receive_command(b""),
        lambda: traffic.encode(0, b""),
        lambda: traffic.decode(b""),
        lambda: traffic.encoded_size(0),
    ):
        with pytest.raises(NotImplementedError):
            call()
