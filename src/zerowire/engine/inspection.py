"""Look at all sockets of a context, and describe them in words that JSON has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from zerowire._native import Lock
from zerowire.engine.acceptor import Acceptor, Guest
from zerowire.engine.inproc import InprocEnd, InprocName
from zerowire.engine.journal import Journal, tap, untap
from zerowire.engine.rates import COUNTS, Rates
from zerowire.engine.session import Session
from zerowire.engine.stats import socket_stats
from zerowire.options import SOCKET_OPTIONS, Option, Settings

if TYPE_CHECKING:
    from zerowire.engine.context import ContextCore
    from zerowire.engine.records import PeerStats, SocketStats
    from zerowire.engine.socket import SocketCore
    from zerowire.routing.pipe import Pipe

Row = dict[str, Any]

NAME = "X-Name"  # the property by which a socket says what it is called
TOLD_ELSEWHERE = frozenset({"IPV4ONLY", "METADATA"})
SECRET = ("SECRET", "PASSWORD", "KEY")  # in the names of options whose values are nobody's business


class Inspector:
    """Knows the sockets of a context by numbers, counts their rates, and keeps their events.

    One a context, as long as somebody has it open.
    """

    def __init__(self, context: ContextCore) -> None:
        self.context = context
        self.journal = Journal()
        self.users: list[Callable[[], object]] = []  # what ends each of those that have it open
        self._numbers: WeakKeyDictionary[SocketCore, int] = WeakKeyDictionary()
        self._peers: dict[tuple[int, str], int] = {}  # those that were seen last
        self._serial = count(1)
        self._rates = Rates()
        self._lock = Lock()

    def adopt(self, core: SocketCore) -> None:
        """Give a socket its number, and have its events written down."""
        number = self._numbers.get(core)
        if number is None:
            number = self._numbers[core] = next(self._serial)
        with core.lock:
            tap(core, self.journal, number)

    def end(self) -> None:
        """The context has ended, and so does what serves its inspection."""
        for end in tuple(self.users):
            end()

    def sockets(self) -> list[Row]:
        """Describe each socket, in the order in which they were opened."""
        cores = tuple(self.context.sockets)
        with self._lock:
            self._rates.begin(monotonic())
            seen: dict[tuple[int, str], int] = {}
            rows = [row for core in cores if (row := self._describe(core, seen)) is not None]
            self._peers = seen
        return rows

    @property
    def interval(self) -> float | None:
        """Seconds over which the rates were counted; None when there are none yet."""
        return self._rates.interval

    def _describe(self, core: SocketCore, seen: dict[tuple[int, str], int]) -> Row | None:
        if core.on_attached is not None:  # what a monitor sends with
            return None
        self.adopt(core)
        number = self._numbers[core]
        with core.lock:
            if core.is_finished:
                return None
            stats = socket_stats(core)
            row = describe_socket(core, number, stats)
            pipes = zip(core.pipes.items(), stats.peers, strict=True)
            peers = [(pipe, describe_peer(pipe, owner, each)) for (pipe, owner), each in pipes]
        row["rates"] = self._rates.of(number, row)
        row["peers"] = [self._number(pipe, peer, seen) for pipe, peer in peers]
        return row

    def _number(self, pipe: Pipe, row: Row, seen: dict[tuple[int, str], int]) -> Row:
        """Put the number and the rates of a peer into its row."""
        key = (id(pipe), pipe.endpoint)
        number = seen[key] = self._peers.get(key) or next(self._serial)
        row["id"] = number
        row["rates"] = self._rates.of(number, row)
        return row


def open_inspector(context: ContextCore, end: Callable[[], object]) -> Inspector:
    """Return the inspector of a context.

    Args:
        end: Called when the context ends, unless close_inspector() was before.
    """
    with context.lock:
        inspector = context.inspector or Inspector(context)
        inspector.users.append(end)
        is_first = context.inspector is None
        context.inspector = inspector
    if is_first:
        for core in tuple(context.sockets):
            inspector.adopt(core)
    return inspector


def close_inspector(inspector: Inspector, end: Callable[[], object]) -> None:
    """Give an inspector back; the last of its users leaves nothing behind. Idempotent."""
    context = inspector.context
    with context.lock:
        if end in inspector.users:
            inspector.users.remove(end)
        if inspector.users or context.inspector is not inspector:
            return
        context.inspector = None
    for core in tuple(context.sockets):
        with core.lock:
            untap(core)


# -- sockets -------------------------------------------------------------------------------------


def describe_socket(core: SocketCore, number: int, stats: SocketStats) -> Row:
    """Describe a socket but for its peers. Called with its lock held."""
    settings = core.settings
    kind = core.type.name
    return {
        "id": number,
        "name": name_of(settings) or f"{kind.lower()}-{number}",
        "type": kind,
        "state": "closing" if core.is_closed else "open",
        "mechanism": settings.mechanism.name,
        "is_server": settings.security.as_server,
        "endpoints": [*endpoints(core)],
        "options": options(core),
        **{name: getattr(stats, name) for name in COUNTS},
        "queued_in": stats.queued_in,
        "queued_out": stats.queued_out,
        "lost": stats.lost,
    }


def name_of(settings: Settings) -> str:
    """Return what a socket calls itself."""
    return readable(settings.metadata.get(NAME, b""))


def endpoints(core: SocketCore) -> Iterable[Row]:
    """Describe what a socket is bound and connected to."""
    for task in core.tasks:
        if isinstance(task, Guest) or (isinstance(task, InprocEnd) and not task.pipe.connecting):
            continue
        row = {"endpoint": readable(task.endpoint), "role": "member", "state": "open", "trouble": ""}
        if isinstance(task, Acceptor | InprocName):
            row["role"] = "bind"
        elif isinstance(task, InprocEnd):
            row |= {"role": "connect", "state": "linked" if task.is_ready else "waiting"}
        elif isinstance(task, Session):
            trouble = "" if task.trouble is None or task.is_ready else readable(str(task.trouble))
            row |= {"role": "connect", "state": task.state.name.lower(), "trouble": trouble}
        yield row


# -- peers ---------------------------------------------------------------------------------------


def describe_peer(pipe: Pipe, owner: object, stats: PeerStats) -> Row:
    """Describe the peer at the other end of a pipe. Called with the socket's lock held."""
    told: Mapping[str, str] = pipe.metadata
    settings: Settings | None = getattr(owner, "settings", None)  # of what comes over inproc there are none
    row: Row = dict(zip(stats._fields, stats, strict=True))
    row["name"] = readable(told.get(NAME, "") or chosen(stats.routing_id))
    row["endpoint"] = readable(stats.endpoint)
    row["address"] = readable(told.get("Peer-Address", ""))
    row["user_id"] = readable(told.get("User-Id", ""))
    row["mechanism"] = "" if settings is None else settings.mechanism.name
    row["routing_id"] = readable(stats.routing_id)
    row["socket_type"] = readable(stats.socket_type)
    row["hwm_in"] = pipe.inbound.hwm
    row["hwm_out"] = pipe.outbound.hwm
    row["last_heard"] = None if stats.last_heard is None else round(stats.last_heard, 3)
    for name in ("multicast", "datagrams"):
        row[name] = None if row[name] is None else row[name]._asdict()
    return row


def chosen(routing_id: bytes) -> bytes:
    """Return a routing id that somebody has chosen: what a socket makes up begins with a zero octet."""
    return b"" if routing_id[:1] == b"\0" else routing_id


# -- options -------------------------------------------------------------------------------------


def options(core: SocketCore) -> Row:
    """Return the options that are not as they are by default; keys and passwords are not among them."""
    common = {row.name: (row, core.settings, getattr(Settings, row.attribute, None)) for row in settable()}
    own = {row.name: (row, core.pattern, row.default) for row in core.pattern.options if row.writable}
    if core.pattern.default_linger is not None:
        common["LINGER"] = (common["LINGER"][0], core.settings, core.pattern.default_linger)
    found = {}
    for name, (row, holder, default) in (common | own).items():
        value = getattr(holder, row.attribute, default)
        if value != default:
            found[name] = presentable(value)
    if core.settings.metadata:
        found["METADATA"] = sorted(core.settings.metadata)  # what is in it may be meant for peers alone
    return found


def settable() -> Iterable[Option]:
    """Return the rows of options that all socket types share, can be set, and are no secret."""
    for row in SOCKET_OPTIONS.values():
        is_secret = row.is_secret or any(word in row.name for word in SECRET)
        if row.writable and not (
            is_secret or row.unavailable or row.name in TOLD_ELSEWHERE or row.attribute == "security"
        ):
            yield row


def presentable(value: Any) -> Any:
    """Return a value as JSON can have it."""
    if isinstance(value, bytes | str):
        return readable(value)
    if isinstance(value, Enum):
        return value.name
    if value is None or isinstance(value, bool | int | float):
        return value
    return [presentable(each) for each in value]


def readable(value: bytes | str) -> str:
    """Return octets as text if they are, else as hexadecimal digits; of text what can be printed."""
    if isinstance(value, bytes):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            return f"0x{value.hex()}"
        return text if text.isprintable() else f"0x{value.hex()}"
    if value.isprintable():
        return value
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in value)
