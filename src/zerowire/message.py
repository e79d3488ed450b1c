"""What travels through a socket: messages, made of frames.

A message is a value of one of two shapes, so that the common case costs nothing:

    a frame                  a message of one frame, which is that frame itself
    a list of frames         a message of several; it never has fewer than two

A frame is `bytes`, or a `Frame` when it carries more than its octets (a buffer
that is sent without a copy, a tracker, metadata). Whoever holds a message may
read it and pass it on; nobody changes it.

A buffer that is sent without a copy belongs to its Frames. It is given back when
the last of them is gone: the one that the application made, its copies, those in
pipes, the one that an inproc peer received. There is nothing to count and nothing
to lock: references do it, and a Watch tells when it has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Self, TypeAlias
from weakref import ref

from zerowire.constants import Errno, MessageOption
from zerowire.error import zmq_error
from zerowire.leaf.exporter import Exporter, view_of

Bytes: TypeAlias = bytes  # for Frame, which has a property of the name `bytes`
Octets: TypeAlias = bytes | memoryview
Metadata: TypeAlias = Mapping[str, str]

NO_METADATA: Metadata = {}
COPY_THRESHOLD = 65536  # octets from which sharing a buffer is cheaper than a copy

MAX_GROUP = 255
MAX_ROUTING_ID = 2**32 - 1
SAME_PROPERTY = {"Identity": "Routing-Id", "Routing-Id": "Identity"}  # META-1


class Watch:
    """Tells when a shared buffer is not needed any more.

    Args:
        view: The view by which the Frames share the buffer; None for what is done already.
    """

    __slots__ = ("_callbacks", "_view")

    def __init__(self, view: memoryview | None) -> None:
        self._callbacks: list[Callable[[], object]] = []
        self._view = None if view is None else ref(view, self._finish)

    @property
    def done(self) -> bool:
        """Whether the last Frame that shared the buffer is gone."""
        return self._view is None or self._view() is None

    def when_done(self, callback: Callable[[], object]) -> None:
        """Call back once done, at once if it is; perhaps twice.

        The call may come from any thread, in the midst of anything: the callback must
        not take a lock.
        """
        self._callbacks.append(callback)
        if self.done:
            callback()

    def forget(self, callback: Callable[[], object]) -> None:
        """Do not call back any more."""
        self._callbacks.remove(callback)

    def _finish(self, _: object) -> None:
        for callback in tuple(self._callbacks):
            callback()


FINISHED = Watch(None)


def _same(watch: Watch) -> Any:
    return watch


_make_tracker: Callable[[Watch], Any] = _same


def use_tracker(make: Callable[[Watch], Any]) -> None:
    """Say what Frame.tracker is to be; the layer that can wait does, as this one cannot."""
    global _make_tracker
    _make_tracker = make


_account: MutableMapping[int, memoryview] | None = None


def keep_account(account: MutableMapping[int, memoryview]) -> None:
    """Enter every buffer that a Frame shares from now on, by the id of its view; the values must be weak."""
    global _account
    _account = account


def _no_view() -> None:
    """A reference to no view."""


class Frame(Exporter):
    """One part of a message, with all that is known of it.

    Args:
        data: What has the buffer interface; None for an empty frame.
        track: Have a tracker that is done when the buffer is not needed any more.
        copy: True copies data, False shares it, None shares it if it is large. Shared
            data must not be changed, nor a bytearray resized, until it is done.
        copy_threshold: From how many octets data is large; None means 65536.

    Raises:
        TypeError: data is str, or has no buffer interface.
        BufferError: data is not contiguous.
    """

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_bytes",
        "_data",
        "_group",
        "_routing_id",
        "metadata",
        "more",
        "tracker",
    )

    tracker: Any

    def __init__(
        self,
        data: Any = None,
        track: bool = False,
        copy: bool | None = None,
        copy_threshold: int | None = None,
    ) -> None:
        view = _view_of(data)
        if copy is None:
            copy = view.nbytes < (COPY_THRESHOLD if copy_threshold is None else copy_threshold)
        self.payload = bytes(view) if copy else view
        self._data = None if copy else data  # may be a Frame, whose tracker waits for this one, too
        if not copy and _account is not None:
            _account[id(view)] = view
        self.tracker = _make_tracker(FINISHED if copy else Watch(view)) if track else None
        self._bytes: Bytes | None = None
        self._buffer: Callable[[], memoryview | None] = _no_view
        self.more = False
        self.metadata = NO_METADATA
        self._group = ""
        self._routing_id = 0

    def fast_copy(self) -> Self:
        """Return another Frame with the same payload and tracker."""
        other = self.__new__(type(self))
        other.payload = self.payload
        other.tracker = self.tracker
        other._data = self._data
        other._bytes = self._bytes
        other._buffer = _no_view
        other.more = self.more
        other.metadata = self.metadata
        other._group = self._group
        other._routing_id = self._routing_id
        return other

    __copy__ = fast_copy

    def receive(self, metadata: Metadata, more: bool) -> None:
        """Note that the frame was received: from what peer, and whether more of its message follow."""
        self.metadata = metadata
        self.more = more
        payload = self.payload
        if type(payload) is memoryview and type(payload.obj) is bytes and len(payload.obj) == len(payload):
            self._bytes = payload.obj  # nobody can change it, so it needs no copy

    # -- octets ------------------------------------------------------------------------------

    @property
    def bytes(self) -> Bytes:
        """The payload; a copy if it lies in a shared buffer, always the same one."""
        if self._bytes is None:
            payload = self.payload
            self._bytes = payload if type(payload) is bytes else bytes(payload)
        return self._bytes

    @property
    def buffer(self) -> memoryview:
        """The payload, without a copy; always the same view as long as somebody has it."""
        view = self._buffer()
        if view is None or _is_released(view):
            view = view_of(self)
            self._buffer = ref(view)
        return view

    def __bytes__(self) -> Bytes:
        return self.bytes

    def __len__(self) -> int:
        return len(self.payload)

    def __repr__(self) -> str:
        size = len(self.payload)
        shown, suffix = (
            (bytes(self.payload), "") if size <= 16 else (bytes(self.payload[:12]), _ellipsis(size))
        )
        cls = type(self)
        name = "zmq.Frame" if cls is Frame else f"{cls.__module__}.{cls.__qualname__}"
        return f"<{name}({shown!r}{suffix})>"

    # -- properties --------------------------------------------------------------------------

    def get(self, option: int | str | Bytes) -> int | str:
        """Return an option, or a property of the peer that the frame came from.

        Args:
            option: A MessageOption; "group" or "routing_id"; or the name of a property:
                "Peer-Address", "Socket-Type", "Identity" (also "Routing-Id"), "User-Id", "X-...".

        Raises:
            ZMQError: EINVAL when there is no such option or property.
            TypeError: It is no number and no name.
        """
        if isinstance(option, Bytes):
            option = option.decode()
        if isinstance(option, str):
            return self._get_property(option)
        if isinstance(option, int):
            return self._get_option(option)
        raise TypeError(f"a frame has options (int) and properties (str), not {type(option).__name__}")

    __getitem__ = get

    @property
    def group(self) -> str:
        """What group it is for, or was received for; empty if none was named. For RADIO and DISH."""
        return self._group

    @group.setter
    def group(self, value: str | Bytes) -> None:
        self.set("group", value)

    @property
    def routing_id(self) -> int:
        """What peer it is for, or has come from; 0 if none was named. For SERVER and PEER."""
        return self._routing_id

    @routing_id.setter
    def routing_id(self, value: int) -> None:
        self.set("routing_id", value)

    def set(self, option: int | str, value: int | str | Bytes) -> None:
        """Set what is sent with the frame: "group" or "routing_id".

        Raises:
            ZMQError: EINVAL when the value is out of range, or the option cannot be set.
        """
        if option == "group" and isinstance(value, str | Bytes):
            octets = value if isinstance(value, Bytes) else value.encode()
            if len(octets) > MAX_GROUP:
                raise zmq_error(Errno.EINVAL, f"group is {value!r}, must be at most {MAX_GROUP} octets")
            try:
                self._group = octets.decode()
            except UnicodeDecodeError:
                raise zmq_error(Errno.EINVAL, f"group is {value!r}, must be text in UTF-8") from None
        elif option == "routing_id" and isinstance(value, int):
            if not 0 < value <= MAX_ROUTING_ID:
                raise zmq_error(Errno.EINVAL, f"routing_id is {value}, must be 1 to {MAX_ROUTING_ID}")
            self._routing_id = value
        else:
            raise zmq_error(Errno.EINVAL, f"a frame's {option!r} cannot be set to {value!r}")

    def _get_property(self, name: str) -> int | str:
        if name == "group":
            return self._group
        if name == "routing_id":
            return self._routing_id
        found = self.metadata.get(name)
        if found is None:
            found = self.metadata.get(SAME_PROPERTY.get(name, ""))
        if found is None:
            known = ", ".join(sorted(self.metadata)) or "none at all"
            raise zmq_error(Errno.EINVAL, f"the frame has no property {name!r}; it has {known}")
        return found

    def _get_option(self, option: int) -> int:
        if option == MessageOption.MORE:
            return int(self.more)
        if option == MessageOption.SHARED:
            return int(type(self.payload) is memoryview)
        if option == MessageOption.SRCFD:
            return -1
        raise zmq_error(Errno.EINVAL, f"a frame has no option {option}")


def _view_of(data: Any) -> memoryview:
    """Return data's octets as a flat view."""
    if isinstance(data, str):
        raise TypeError("a frame cannot be made of str: encode it")
    view = memoryview(b"" if data is None else data.payload if isinstance(data, Frame) else data)
    if not view.c_contiguous:
        raise BufferError("the buffer is not contiguous")
    if view.ndim == 1 and view.format == "B":
        return view
    return view.cast("B") if view.nbytes else memoryview(b"")


def _is_released(view: memoryview) -> bool:
    try:
        return view.nbytes < 0  # never
    except ValueError:
        return True


def _ellipsis(size: int) -> str:
    if size >= 10**9:
        return f"...{size / 1e9:.0f}GB"
    if size >= 2**20:
        return f"...{size / 1e6:.0f}MB"
    if size >= 1000:
        return f"...{size / 1e3:.0f}kB"
    return f"...{size}B"


Part: TypeAlias = bytes | Frame
Message: TypeAlias = bytes | Frame | list[Part]


def frames_of(message: Message) -> list[Part]:
    """Return the frames of a message; the list may be the message itself, so do not change it."""
    return message if isinstance(message, list) else [message]


def message_of(frames: list[Part]) -> Message:
    """Return the message that consists of these frames; takes the list over."""
    return frames[0] if len(frames) == 1 else frames


def first_frame(message: Message) -> Part:
    """Return the first frame of a message."""
    return message[0] if isinstance(message, list) else message


def size_of(message: Message) -> int:
    """Return the number of payload octets in all frames."""
    if not isinstance(message, list):
        return len(message)
    size = 0
    for part in message:
        size += len(part)
    return size


def octets_of(part: Part) -> Octets:
    """Return the payload of one frame."""
    return part.payload if isinstance(part, Frame) else part


def label(part: Part, *, group: str = "", routing_id: int = 0) -> Frame:
    """Return a Frame with the same payload that says what group, or what peer, it belongs to."""
    if isinstance(part, Frame):
        frame = part.fast_copy()
    else:
        frame = Frame()
        frame.payload = frame._bytes = part
    frame._group = group
    frame._routing_id = routing_id
    return frame


def unlabel(part: Part) -> Part:
    """Return the same payload without a group or a routing id."""
    if not isinstance(part, Frame) or not (part.group or part.routing_id):
        return part
    return part.payload if type(part.payload) is bytes else label(part)
