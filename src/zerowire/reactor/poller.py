"""Wait until one of many descriptors is ready.

A poller maps descriptors to handlers: any objects that the owner wants to get back.

    register(fd, READABLE, handler) -> wait(timeout) -> [(handler, READABLE)]

It reports levels: a descriptor comes back from every wait() until it was read dry. An
error or a hang-up is reported as what the descriptor is registered for, READABLE at
least, so that the owner meets it in its next read or write. With interest 0 a
descriptor stays registered and a hang-up is still reported: unregister it instead.

Any thread may register while another waits. Unregister a descriptor before closing it:
a copy that a forked child holds would keep it in the kernel's set for ever.

`Poller` is the best that the system has: epoll, else kqueue, poll or select.
"""

from __future__ import annotations

import sys

from zerowire.reactor.readiness import READABLE, WRITABLE

if sys.platform == "linux":
    from zerowire.reactor.epoll_poller import EpollPoller as Poller
else:
    from zerowire.reactor.selector_poller import SelectorPoller as Poller

__all__ = ["READABLE", "WRITABLE", "Poller"]
