"""Whether others can read what a password goes through."""

from __future__ import annotations

import warnings
from ipaddress import ip_address

from zerowire.constants import SecurityMechanism
from zerowire.error import PlaintextWarning
from zerowire.options import Settings

NEAR = frozenset({"localhost", "ip6-localhost"})
BARE = frozenset({"tcp", "ws"})  # schemes that encrypt nothing, and leave the machine


def warn_if_exposed(settings: Settings, endpoint: str, stacklevel: int) -> None:
    """Warn of a password of PLAIN that is going to another machine; others may be on the way."""
    if settings.security.mechanism != SecurityMechanism.PLAIN or settings.security.as_server:
        return
    scheme, _, address = endpoint.partition("://")
    place = address.rpartition(";")[2].partition("/")[0]
    host = place.rpartition(":")[0].strip("[]").partition("%")[0]
    if scheme in BARE and host not in NEAR and not is_near(host, unless_numeric=False):
        text = f"{endpoint}: whoever is on the way can read the password of PLAIN; CURVE shows no secret"
        warnings.warn(PlaintextWarning(text), stacklevel=stacklevel + 1)


def is_near(address: str, *, unless_numeric: bool = True) -> bool:
    """Whether what comes from an address stays on this machine.

    Args:
        address: An IP address, or something else.
        unless_numeric: What to say of something else: a peer of ipc has no such address.
    """
    try:
        there = ip_address(address)
    except ValueError:
        return unless_numeric
    return there.is_loopback or (there.version == 6 and (there.ipv4_mapped or there).is_loopback)
