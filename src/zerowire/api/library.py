"""What the library tells about itself: versions, what it has, its files.

ZeroWire speaks of two other versions besides its own, because programs ask for them
before they use a feature: that of libzmq, whose behaviour it has, and that of pyzmq, whose
interface it has.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from zerowire import engine
from zerowire.constants import Errno
from zerowire.error import zmq_error
from zerowire.options import z85
from zerowire.transport.endpoint import IPC_PATH_MAX
from zerowire.transport.schemes import MODULES
from zerowire.version import __revision__, __version__

ZMQ_VERSION = (4, 3, 5)
PYZMQ_VERSION = (27, 3, 0)
IPC_PATH_MAX_LEN = IPC_PATH_MAX  # octets of the path of an ipc:// endpoint
DRAFT_API = PYZMQ_DRAFT_API = True

# The names of transports that has() knows.
TRANSPORT_NAMES = frozenset({"ipc", "pgm", "tipc", "norm", "vmci", "vsock"})
WEBSOCKETS = frozenset({"WS", "WSS"})
CURVE_KEY_SIZE = 40  # characters of Z85


def build_info() -> dict[str, Any]:
    """Tell which form of the library is running.

    Returns:
        "compiled": whether the modules that messages pass through are compiled; "modules":
        the names of those that are; "pure": whether ZEROWIRE_PURE asked for plain Python.
    """
    loaded = sys.modules.items()
    modules = [
        name
        for name, module in sorted(loaded)
        if name.startswith("zerowire.") and isinstance(module.__loader__, ExtensionFileLoader)
    ]
    return {"compiled": bool(modules), "modules": modules, "pure": bool(os.environ.get("ZEROWIRE_PURE"))}


def has(capability: str) -> bool:
    """Tell whether something is there that not every ZeroMQ has.

    Args:
        capability: One of "ipc", "pgm", "tipc", "norm", "vmci", "vsock", "WS", "WSS",
            "curve", "gssapi", "draft". Any other name is False, "tcp" included.
    """
    if capability == "draft":
        return DRAFT_API
    if capability == "curve":
        return _curve() is not None
    if capability == "gssapi":
        return _has_gssapi()
    if capability in WEBSOCKETS:
        return _has_wsproto()
    return capability in TRANSPORT_NAMES and capability in MODULES


def zmq_version_info() -> tuple[int, int, int]:
    """Return the version of libzmq whose behaviour this is."""
    return ZMQ_VERSION


def zmq_version() -> str:
    """Return the version of libzmq whose behaviour this is, as text."""
    return ".".join(map(str, ZMQ_VERSION))


def pyzmq_version_info() -> tuple[int, int, int]:
    """Return the version of pyzmq whose interface this is."""
    return PYZMQ_VERSION


def pyzmq_version() -> str:
    """Return the version of pyzmq whose interface this is, as text."""
    return ".".join(map(str, PYZMQ_VERSION))


def zerowire_version() -> str:
    """Return the version of ZeroWire, with the revision of its source where that is known."""
    return f"{__version__}+{__revision__}" if __revision__ else __version__


def curve_keypair() -> tuple[bytes, bytes]:
    """Return a new pair of CURVE keys, public and secret, each 40 characters of Z85.

    Raises:
        ZMQError: ENOTSUP: PyNaCl is not installed.
    """
    public, secret = _needed_curve().new_pair()
    return z85.encode(public), z85.encode(secret)


def curve_public(secret_key: str | bytes) -> bytes:
    """Return the public key that belongs to a secret one, 40 characters of Z85.

    Raises:
        ValueError: The key does not have 40 characters.
        ZMQError: EINVAL: they are not Z85; ENOTSUP: PyNaCl is not installed.
    """
    if len(secret_key) != CURVE_KEY_SIZE:
        raise ValueError(f"a CURVE key has {CURVE_KEY_SIZE} characters, not {len(secret_key)}")
    try:
        secret = z85.decode(secret_key)
    except ValueError as error:
        raise zmq_error(Errno.EINVAL, f"the secret key is not Z85: {error}") from None
    return z85.encode(_needed_curve().public_key(secret))


def _curve() -> ModuleType | None:
    """Return what makes keys, None without PyNaCl."""
    try:
        return engine.keys
    except ImportError:
        return None


def _has_gssapi() -> bool:
    """Return whether there is the package gssapi, and with it a library of Kerberos."""
    try:
        return bool(engine.kerberos)
    except ImportError:
        return False


def _has_wsproto() -> bool:
    """Return whether there is the package that knows WebSockets."""
    try:
        return find_spec("wsproto") is not None
    except ValueError:  # somebody has put something else in its place
        return False


def _needed_curve() -> ModuleType:
    curve = _curve()
    if curve is None:
        raise zmq_error(Errno.ENOTSUP, "CURVE needs PyNaCl: pip install pynacl")
    return curve


def get_includes() -> list[str]:
    """Return directories with files for programs that compile against this package."""
    return [os.path.dirname(os.path.dirname(__file__))]


def get_library_dirs() -> list[str]:
    """Return directories with libraries to link with: the package itself, which has none."""
    return get_includes()
