"""What a socket is bound and connected to, by the text that unbind() and disconnect() take."""

from __future__ import annotations

from errno import ENOENT
from typing import TYPE_CHECKING, Any

from zerowire import engine, zmtp
from zerowire.constants import Errno, Event, SocketType
from zerowire.error import ZMQError, zmq_error
from zerowire.transport import endpoint, schemes

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore
    from zerowire.engine.task import Task
    from zerowire.engine.udp_link import UdpLink
    from zerowire.transport.base import Transport

ONE_CONNECT_EACH = frozenset({SocketType.DEALER, SocketType.SUB, SocketType.PUB, SocketType.REQ})  # EP-5


class Endpoints:
    """The endpoints of one socket; a text may stand for several."""

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self._named: dict[str, list[Task]] = {}
        self._ended: set[str] = set()  # connections that a peer's mistake has ended for good

    def bind(self, text: str) -> None:
        """Accept peers at an endpoint.

        Raises:
            ZMQError: EINVAL, EPROTONOSUPPORT, EADDRINUSE, EADDRNOTAVAIL, ENODEV, EACCES,
                ENAMETOOLONG, ENOENT.
        """
        core = self._core
        where = endpoint.parse(text)
        text = str(where)  # it ends at a NUL (EP-3)
        if where.scheme == "inproc":
            self._add(engine.inproc.bind(core, text, where.address))
            core.last_endpoint = text
            return
        transport = self._transport(where.scheme)
        if where.scheme in schemes.GROUPS:
            self._join(where)
            return
        if where.scheme == "udp":
            self._begin(engine.udp.bind(core, where))
            return
        try:
            listener = transport.listen(where.address, core.settings)
        except ZMQError as error:
            core.emit(Event.BIND_FAILED, error.errno or 0, text, local=text)
            raise
        acceptor = engine.acceptor.Acceptor(core, listener, core.settings.copy())
        core.last_endpoint = listener.endpoint
        self._add(acceptor)
        acceptor.start()

    def connect(self, text: str) -> None:
        """Keep connected to an endpoint. Returns at once, before there is a peer.

        Raises:
            ZMQError: EINVAL or EPROTONOSUPPORT for a text that can never be connected to.
        """
        core = self._core
        where = endpoint.parse(text)
        text = str(where)
        assigned = core.settings.connect_routing_id
        if where.scheme == "inproc":
            core.settings.connect_routing_id = b""
            self._add(engine.inproc.connect(core, text, where.address, assigned))
            core.last_endpoint = text
            return
        transport = self._transport(where.scheme)
        if where.scheme in schemes.GROUPS:
            self._join(where)
            return
        if where.scheme == "udp":
            self._begin(engine.udp.connect(core, where))
            return
        transport.check_connect(where.address, core.settings)
        core.last_endpoint = text
        if core.type in ONE_CONNECT_EACH and text in self._named:
            return
        core.settings.connect_routing_id = b""
        self._ended.discard(text)
        session = engine.session.Session(core, text, transport, where.address, core.settings.copy())
        self._add(session)
        try:
            session.start(assigned)
        except ZMQError:  # a routing id that is in use
            session.close()
            raise

    def _join(self, where: endpoint.Endpoint) -> None:
        """Become a member of a group: bind() and connect() are the same here."""
        core, text = self._core, str(where)
        if core.type not in ONE_CONNECT_EACH or text not in self._named:
            member = engine.multicast.join(core, where)
            self._add(member)
            member.start()
        core.last_endpoint = text

    def _begin(self, link: UdpLink) -> None:
        """Begin to use an endpoint of udp."""
        self._add(link)
        engine.udp.begin(link)
        self._core.last_endpoint = link.local

    def _transport(self, scheme: str) -> Transport:
        transport = schemes.find(scheme)
        if not self._core.context.settings.io_threads:
            raise zmq_error(Errno.EMTHREAD, f"IO_THREADS is 0, which allows inproc only, not {scheme}")
        if scheme in schemes.WEBSOCKETS:
            self._expect_websockets(scheme)
        return transport

    def _expect_websockets(self, scheme: str) -> None:
        """Load now what their links need: when a peer comes it is too late to say what is missing."""
        if self._core.pattern.is_raw:
            raise zmq_error(Errno.ENOCOMPATPROTO, f"STREAM speaks no WebSocket: use tcp, not {scheme}")
        try:
            zmtp.websocket  # noqa: B018
        except ImportError as error:
            told = f"{scheme} needs wsproto 1.2 or later: pip install 'zerowire[ws]' ({error})"
            raise zmq_error(Errno.EPROTONOSUPPORT, told) from None

    def remove(self, text: str) -> None:
        """Unbind or disconnect everything under a text (EP-6).

        Raises:
            ZMQError: ENOENT when the socket is neither bound nor connected there.
        """
        for key in self._keys(text):
            tasks = self._named.pop(key, None)
            if tasks:
                for task in tasks:
                    task.stop()
                return
        if text in self._ended:
            self._ended.remove(text)
            return
        known = ", ".join(self._named) or "none"
        raise zmq_error(ENOENT, f"not bound or connected to {text}; endpoints of this socket: {known}")

    def newest(self, text: str) -> Any:
        """Return what the last connect() to a text has made."""
        return self._named[str(endpoint.parse(text))][-1]

    def _keys(self, text: str) -> list[str]:
        """The text itself, and what it resolves to: a bind is known by its numeric address."""
        if text in self._named:
            return [text]
        where = endpoint.parse(text)
        if where.scheme == "inproc":
            return []
        transport = schemes.find(where.scheme)
        if where.scheme == "udp":  # LAST_ENDPOINT may have a port that the text of bind() had not
            return [key for key, tasks in self._named.items() if text in map(local_of, tasks)]
        return transport.resolve(where.address, self._core.settings)

    def _add(self, task: Task) -> None:
        self._core.add_task(task)
        self._named.setdefault(task.endpoint, []).append(task)

    def remember(self, endpoint: str) -> None:
        """A connection ends by itself, for good; disconnect() shall succeed all the same (REC-3)."""
        self._ended.add(endpoint)

    def forget(self, task: Task) -> None:
        """A task has ended by itself."""
        tasks = self._named.get(task.endpoint)
        if tasks is not None and task in tasks:
            tasks.remove(task)
            if not tasks:
                del self._named[task.endpoint]


def local_of(task: Task) -> str:
    """Return the endpoint of udp as it really is."""
    return getattr(task, "local", "")
