"""What users call, on top of the engine: it may wait, and everything below may not.

Start with socket.py and context.py; blocking.py is the one place where they stand still.
Everything meant for users is also a name of the package `zerowire` itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later

if TYPE_CHECKING:
    from zerowire.api import arrays as arrays
    from zerowire.api import asking as asking
    from zerowire.api import connecting as connecting
    from zerowire.api import events as events
    from zerowire.api import exposure as exposure
    from zerowire.api import library as library
    from zerowire.api import poller as poller
    from zerowire.api import reasons as reasons
else:
    __getattr__ = later(
        __name__, "arrays", "asking", "connecting", "events", "exposure", "library", "poller", "reasons"
    )
