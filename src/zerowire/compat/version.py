"""The version of pyzmq whose interface this is, in its own words: zmq.sugar.version."""

from __future__ import annotations

from zerowire.api.library import (
    pyzmq_version,
    pyzmq_version_info,
    zmq_version,
    zmq_version_info,
)

VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH = version_info = pyzmq_version_info()
VERSION_EXTRA = ""
__version__ = pyzmq_version()
__revision__ = ""

__all__ = [
    "__revision__",
    "__version__",
    "pyzmq_version",
    "pyzmq_version_info",
    "zmq_version",
    "zmq_version_info",
]
