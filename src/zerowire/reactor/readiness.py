"""What a descriptor can be ready for; the two add up to an interest."""

from __future__ import annotations

from typing import Final

READABLE: Final = 1
WRITABLE: Final = 2
