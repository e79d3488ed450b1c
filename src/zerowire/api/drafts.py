"""What only the draft socket types can: to join groups, and to know peers by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zerowire.api.bound import at_endpoint, endpoint_text
from zerowire.constants import Errno, SocketType
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError, zmq_error

if TYPE_CHECKING:
    from zerowire.patterns.draft.dish import Dish
    from zerowire.patterns.draft.peer import Peer
    from zerowire.patterns.draft.server import Server


class Drafts:
    """The calls of DISH, SERVER and PEER: a part of Socket."""

    __slots__ = ()

    _core: SocketCore

    def join(self, group: str | bytes) -> None:
        """Receive from now on what is sent to a group. For DISH sockets.

        Args:
            group: Its name, text of at most 255 octets of UTF-8. It matches itself and nothing else.

        Raises:
            ZMQError: EINVAL if it is too long, no text, or was joined before; ENOTSUP for other
                socket types.
        """
        self._change_groups("join", group)

    def leave(self, group: str | bytes) -> None:
        """Receive no longer what is sent to a group. For DISH sockets.

        Raises:
            ZMQError: EINVAL if it was not joined; ENOTSUP for other socket types.
        """
        self._change_groups("leave", group)

    def _change_groups(self, verb: str, group: str | bytes) -> None:
        core = self._core
        with core.lock:
            core.enter()
            dish: Dish = pattern_of(core, verb, SocketType.DISH)
            change = dish.join if verb == "join" else dish.leave
            # What is no text fails in join(), with EINVAL.
            change(group.encode("utf-8", "surrogatepass") if isinstance(group, str) else group)
            core.note_change()
            core.serve()

    def connect_peer(self, addr: str | bytes) -> int:
        """Connect to an endpoint, and return the routing id of the peer there. For PEER sockets.

        Returns at once, before there is a connection; what is sent to the peer meanwhile waits.
        The number stays the same when the connection is lost and made anew.

        Args:
            addr: The endpoint, as for connect().

        Raises:
            ZMQError: ENOTSUP for other socket types; EFAULT with IMMEDIATE, as there is no peer
                before it has answered; what connect() raises.
        """
        text = endpoint_text(addr)
        core = self._core
        try:
            with core.lock:
                core.enter()
                peer: Peer = pattern_of(core, "connect_peer", SocketType.PEER)
                if core.settings.immediate:
                    told = "IMMEDIATE is 1, and then a peer has no number before it has answered"
                    raise zmq_error(Errno.EFAULT, f"{told}: set it to 0, or connect() and wait for a message")
                core.endpoints.connect(text)
                connected_id = peer.connected_id
                core.serve()
                return connected_id
        except ZMQError as error:
            raise at_endpoint(error, text) from None

    def disconnect_peer(self, routing_id: int) -> None:
        """Leave a peer; what waits for it is still sent, for LINGER. For SERVER and PEER sockets.

        Raises:
            ZMQError: EHOSTUNREACH if no peer has this routing id; ENOTSUP for other socket types.
        """
        core = self._core
        with core.lock:
            core.enter()
            server: Server = pattern_of(core, "disconnect_peer", SocketType.SERVER, SocketType.PEER)
            core.pipes[server.find(routing_id)].stop()
            core.serve()


def pattern_of(core: SocketCore, call: str, *types: SocketType) -> Any:
    """Return what has this call in a socket of one of these types.

    Raises:
        ZMQError: ENOTSUP for another type.
    """
    if core.type not in types:
        names = " and ".join(kind.name for kind in types)
        raise zmq_error(Errno.ENOTSUP, f"{call}() is for {names} sockets, not for {core.type.name}")
    return core.pattern
