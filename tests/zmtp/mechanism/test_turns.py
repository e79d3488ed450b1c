"""The tables of who may say what, and when."""

from __future__ import annotations

from typing import Any

import pytest

from zerowire.zmtp.mechanism import turns
from zerowire.zmtp.mechanism.turns import CLIENT, SERVER, Client, Server, moved


@pytest.mark.parametrize(("table", "states"), [(CLIENT, Client), (SERVER, Server)])
def test_every_state_is_reached_and_only_the_last_is_final(table: Any, states: Any) -> None:
    assert set(table) == set(states)
    assert {state for after in table.values() for state in after} == set(states) - {states.HELLO}
    assert [state for state in states if not table[state]] == [states.DONE]


def test_a_change_that_is_not_in_the_table_is_our_mistake() -> None:
    assert moved(turns.CLIENT, Client.HELLO, Client.WELCOME) is Client.WELCOME
    with pytest.raises(AssertionError):
        moved(turns.CLIENT, Client.HELLO, Client.READY)
