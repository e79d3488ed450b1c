"""Receivers that give up just as messages come lose none of them (users.md, 2)."""

from __future__ import annotations

import os

import pytest

from tests.asyncio.matrix import MESSAGES, WAYS, loops, run

COUNT = int(os.environ.get("ZEROWIRE_CANCEL_MESSAGES", MESSAGES // 50))
"""How many messages; all of them are the whole form, which takes minutes."""


@pytest.mark.timeout(150)
@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("loop", loops())
def test_receiver_that_gives_up_just_as_a_message_comes_loses_none(loop: str, way: str, frames: int) -> None:
    """0 lost, 0 doubled, in order."""
    vain = run(way, frames, COUNT, loops()[loop])
    assert vain > 0  # or it was not tried
