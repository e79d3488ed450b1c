"""Who may connect: ZAP handlers with pyzmq's names, and keys in files.

base        the rules, and folders of keys
thread      decides in a thread of its own
asyncio     decides in an event loop
certs       keys in files
"""

from __future__ import annotations

from zerowire.auth.base import CURVE_ALLOW_ANY, Authenticator
from zerowire.auth.certs import create_certificates, load_certificate, load_certificates

__all__ = [
    "Authenticator",
    "CURVE_ALLOW_ANY",
    "create_certificates",
    "load_certificate",
    "load_certificates",
]
