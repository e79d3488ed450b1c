"""Who may connect: keys and passwords for a socket, ZAP handlers with pyzmq's names, keys in files.

    curve       CURVE for a socket in one line
    plain       PLAIN for a socket in one line
    base        the rules of a ZAP handler, and folders of keys
    thread      a ZAP handler in a thread of its own
    asyncio     a ZAP handler in an event loop
    certs       keys in files

curve and plain need no ZAP handler.
"""

from __future__ import annotations

from zerowire.auth.base import CURVE_ALLOW_ANY, Authenticator
from zerowire.auth.certs import create_certificates, load_certificate, load_certificates
from zerowire.auth.curve import Curve
from zerowire.auth.plain import Plain, PlaintextWarning

__all__ = [
    "Authenticator",
    "CURVE_ALLOW_ANY",
    "Curve",
    "Plain",
    "PlaintextWarning",
    "create_certificates",
    "load_certificate",
    "load_certificates",
]
