"""The end of the numbers; test_curve has the rest."""

from __future__ import annotations

import errno

import pytest

from zerowire.error import ZMQError
from zerowire.leaf.seal import LAST, Seal
from zerowire.zmtp.mechanism.curve_messages import FROM_CLIENT, FROM_SERVER, CurveMessages


def test_a_connection_ends_before_a_number_comes_twice() -> None:
    """RFC 26: no more than 2^64-1 commands in one connection."""
    traffic = CurveMessages(Seal(bytes(32), FROM_CLIENT, FROM_SERVER, LAST - 1, 0))
    traffic.encode(0, b"the last")
    with pytest.raises(ZMQError, match=str(LAST)) as info:
        traffic.encode(0, b"one too many")
    assert info.value.errno == errno.EOVERFLOW
    assert traffic.pack((b"one too many",), 1) == (b"", 0)
