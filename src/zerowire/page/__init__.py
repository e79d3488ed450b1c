"""One live page that shows what goes on in a context: its sockets, their peers, rates, drops, events.

    with zerowire.page.serve(context, port=8080) as page:
        print(page.url)

It needs `pip install 'zerowire[http]'`; with `zerowire[metrics]` it has /metrics, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later_names

if TYPE_CHECKING:
    from zerowire.page.server import PageServer, serve
else:
    __getattr__ = later_names(
        __name__, {"PageServer": "zerowire.page.server", "serve": "zerowire.page.server"}
    )

__all__ = ["PageServer", "serve"]
