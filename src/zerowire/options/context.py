"""The options of a context: their rows, and their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zerowire.constants import ContextOption, Errno, SocketOption
from zerowire.error import zmq_error
from zerowire.options.checks import add_credential, remove_credential
from zerowire.options.option import INT_MAX, Option, boolean, checked, integer
from zerowire.options.settings import store

SOCKET_LIMIT = 65535

CONTEXT_OPTIONS: tuple[Option, ...] = (
    integer(ContextOption.IO_THREADS, 0, INT_MAX, 1, doc="Accepted for compatibility; callers do the I/O."),
    integer(ContextOption.MAX_SOCKETS, 1, SOCKET_LIMIT, 1023, doc="How many sockets may be open at once."),
    integer(
        ContextOption.SOCKET_LIMIT,
        1,
        SOCKET_LIMIT,
        SOCKET_LIMIT,
        name="SOCKET_LIMIT",
        writable=False,
        doc="The greatest value of MAX_SOCKETS.",
    ),
    integer(
        ContextOption.THREAD_PRIORITY,
        0,
        INT_MAX,
        -1,
        name="THREAD_PRIORITY",
        readable=False,
        doc="Accepted for compatibility; shares its number with SOCKET_LIMIT.",
    ),
    integer(ContextOption.THREAD_SCHED_POLICY, 0, INT_MAX, -1, doc="Accepted for compatibility."),
    integer(ContextOption.MAX_MSGSZ, 0, INT_MAX, INT_MAX, doc="Accepted for compatibility; see MAXMSGSIZE."),
    integer(ContextOption.MSG_T_SIZE, 0, INT_MAX, 64, writable=False, doc="The size of a message in C."),
    integer(
        ContextOption.THREAD_AFFINITY_CPU_ADD,
        0,
        INT_MAX,
        0,
        join=add_credential,
        attribute="thread_affinity_cpu",
        readable=False,
        doc="Accepted for compatibility: a processor for the threads to run on.",
    ),
    integer(
        ContextOption.THREAD_AFFINITY_CPU_REMOVE,
        0,
        INT_MAX,
        0,
        join=remove_credential,
        attribute="thread_affinity_cpu",
        readable=False,
        doc="Accepted for compatibility: a processor that was added before.",
    ),
    integer(ContextOption.THREAD_NAME_PREFIX, 0, INT_MAX, 0, doc="A number to begin threads' names with."),
    boolean(ContextOption.ZERO_COPY_RECV, True, readable=True, doc="Accepted for compatibility."),
    boolean(SocketOption.IPV6, False, readable=True, doc="What new sockets have as IPV6."),
    boolean(SocketOption.BLOCKY, True, readable=True, doc="0 gives new sockets LINGER 0."),
)


class ContextSettings:
    """The options of a context. What the class has are the defaults."""

    io_threads: int = 1
    max_sockets: int = 1023
    socket_limit: int = SOCKET_LIMIT
    thread_priority: int = -1
    thread_sched_policy: int = -1
    max_msgsz: int = INT_MAX
    msg_t_size: int = 64
    thread_affinity_cpu: frozenset[int] = frozenset()
    thread_name_prefix: int = 0
    zero_copy_recv: bool = True
    ipv6: bool = False
    blocky: bool = True


def set_context_option(settings: ContextSettings, number: int, value: Any) -> None:
    """Check a value and store it.

    Raises:
        TypeError: The value is not an int.
        ZMQError: EINVAL for an unknown option, one that cannot be set, or a value out of range.
    """
    for row in find(number):
        if row.writable:
            store(settings, row, checked(row, value))
            return
    raise zmq_error(Errno.EINVAL, f"{next(find(number)).name} can be read only")


def get_context_option(settings: ContextSettings, number: int) -> int:
    """Return an option.

    Raises:
        ZMQError: EINVAL for an unknown option, or one that can only be set.
    """
    for row in find(number):
        if row.readable:
            return int(row.external(getattr(settings, row.attribute)))
    raise zmq_error(Errno.EINVAL, f"{next(find(number)).name} can be set only")


def find(number: int) -> Iterator[Option]:
    """Yield the rows with a number, of which there may be one to get and one to set."""
    rows = [row for row in CONTEXT_OPTIONS if row.number == number]
    if not rows:
        raise zmq_error(Errno.EINVAL, f"there is no context option {int(number)}")
    return iter(rows)
