"""A queue of references: as much of a deque as pipes use."""

from __future__ import annotations

from collections import deque as Ring

__all__ = ["Ring"]
