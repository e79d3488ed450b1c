"""Checks of values that are more than a number, and how values add up."""

from __future__ import annotations

import re

# RFC 37: name-char; names that begin otherwise belong to ZMTP itself.
PROPERTY = rb"([Xx]-[A-Za-z0-9_.+-]{0,253}):(.*)"
MAX_CREDENTIAL = 2**32 - 1


def address_filter(value: str) -> str:
    """Check an address with or without a mask; "" stands for no filter."""
    if value:
        from ipaddress import ip_network  # takes longer to load than all options, and few need it

        try:
            ip_network(value, strict=False)
        except ValueError:
            raise ValueError("must be an address or address/bits, such as 10.0.0.0/8") from None
    return value


def property_pair(value: bytes) -> dict[bytes, bytes]:
    """Split a property into its name and its value."""
    match = re.fullmatch(PROPERTY, value, re.DOTALL)
    if match is None:
        raise ValueError("must be X-name:value, X-name of up to 255 letters, digits, '-', '_', '.' and '+'")
    name, content = match.groups()
    return {name: content}


def credential(value: int | None) -> int | None:
    """Check the number of a user, group or process; None stands for no filter."""
    if value is not None and not 0 <= value <= MAX_CREDENTIAL:
        raise ValueError(f"must be 0 to {MAX_CREDENTIAL}")
    return value


def add_filter(present: tuple[str, ...], new: str) -> tuple[str, ...]:
    """Add to the filters, or clear them."""
    return (*present, new) if new else ()


def add_credential(present: frozenset[int], new: int | None) -> frozenset[int]:
    """Add to the numbers, or clear them."""
    return frozenset() if new is None else present | {new}


def remove_credential(present: frozenset[int], new: int) -> frozenset[int]:
    """Take away one of the numbers."""
    if new not in present:
        raise ValueError(f"must be one of those added before: {sorted(present)}")
    return present - {new}


def add_properties(present: dict[str, bytes], new: dict[bytes, bytes]) -> dict[str, bytes]:
    """Add a property; the first value of a name stays."""
    return {**{name.decode(): value for name, value in new.items()}, **present}


def opposite(present: bool, new: bool) -> bool:
    """Store the opposite of what was set."""
    return not new
