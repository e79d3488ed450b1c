"""The socket types: each a page that combines the strategies of routing.

Read base.py for what a socket type must provide, then push.py and req.py.
May import: routing, options, message, error, constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later

if TYPE_CHECKING:
    from zerowire.patterns import dealer as dealer
    from zerowire.patterns import draft as draft
    from zerowire.patterns import pair as pair
    from zerowire.patterns import pub as pub
    from zerowire.patterns import pull as pull
    from zerowire.patterns import push as push
    from zerowire.patterns import rep as rep
    from zerowire.patterns import req as req
    from zerowire.patterns import router as router
    from zerowire.patterns import stream as stream
    from zerowire.patterns import sub as sub
    from zerowire.patterns import xpub as xpub
    from zerowire.patterns import xsub as xsub
else:
    __getattr__ = later(
        __name__,
        "dealer",
        "draft",
        "pair",
        "pub",
        "pull",
        "push",
        "rep",
        "req",
        "router",
        "stream",
        "sub",
        "xpub",
        "xsub",
    )
