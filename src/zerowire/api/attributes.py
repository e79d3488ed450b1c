"""Options as attributes: `socket.linger = 0`, `context.MAX_SOCKETS`.

An attribute is plain when its name begins with an underscore, when the class or one of its
parents defines or annotates it, or when the object already has it. Any other name is an
option or an error. A socket's options can be set under a name in any case, and read in the
three usual spellings: LINGER, linger, Linger. Which names are options is read off the enums
of constants.py; nothing is listed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar

from zerowire.constants import ContextOption, Errno, SocketOption
from zerowire.error import ZMQError

TOPICS = frozenset({"SUBSCRIBE", "UNSUBSCRIBE"})  # options although methods have these names
NOT_READABLE = frozenset({Errno.EINVAL, Errno.EFAULT})


class OptionAttribute:
    """Reads one option of a socket.

    One for each name, instead of __getattr__, which would slow down every look at a socket's
    own attributes. It has no __set__, so that a subclass may keep a plain value under the name.
    """

    __slots__ = ("_name", "_option")

    def __init__(self, name: str, option: SocketOption) -> None:
        self._name = name
        self._option = option

    def __get__(self, socket: OptionAttributes | None, cls: type) -> Any:
        return self if socket is None else read(socket, self._name, self._option)


class OptionAttributes:
    """A socket's options as attributes."""

    vars().update(
        (name, OptionAttribute(name, option))
        for upper, option in SocketOption.__members__.items()
        for name in (upper, upper.lower(), upper.capitalize())
    )

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    _annotated: ClassVar[frozenset[str]] = frozenset()
    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)  # pyzmq's programs say Socket[bytes]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._annotated = annotated(cls)

    def set(self, option: int, value: Any) -> None:
        """Set an option."""
        raise NotImplementedError

    def get(self, option: int) -> Any:
        """Return an option."""
        raise NotImplementedError

    def __setattr__(self, name: str, value: Any) -> None:
        option = name.upper()
        if option in TOPICS and name not in self.__dict__:
            self.set(SocketOption[option], value.encode() if isinstance(value, str) else value)
        elif is_plain(self, name):
            object.__setattr__(self, name, value)
        elif option in SocketOption.__members__:
            self.set(SocketOption[option], value)
        else:
            raise unknown(self, name)

    def __dir__(self) -> Iterable[str]:
        return names(super().__dir__(), SocketOption.__members__)


class ContextAttributes:
    """A context's options as attributes, and the options that its new sockets begin with."""

    _annotated: ClassVar[frozenset[str]] = frozenset()
    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)  # and Context[Socket]
    sockopts: dict[int, Any]  # what new sockets begin with

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._annotated = annotated(cls)

    def set(self, option: int, value: Any) -> None:
        """Set an option of the context."""
        raise NotImplementedError

    def get(self, option: int) -> Any:
        """Return an option of the context."""
        raise NotImplementedError

    def __setattr__(self, name: str, value: Any) -> None:
        option = name.upper()
        if is_plain(self, name):
            object.__setattr__(self, name, value)
        elif option in ContextOption.__members__:
            self.set(ContextOption[option], value)
        elif option in SocketOption.__members__:
            self.sockopts[SocketOption[option]] = value
        else:
            raise unknown(self, name)

    def __getattr__(self, name: str) -> Any:
        option = name.upper()
        if name[0] != "_" and option in ContextOption.__members__:
            return read(self, name, ContextOption[option])
        return self.sockopts[self._default_named(name)]

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__:
            object.__delattr__(self, name)
        else:
            del self.sockopts[self._default_named(name)]

    def _default_named(self, name: str) -> SocketOption:
        """Return the socket option of this name, for which a default is set."""
        option = SocketOption.__members__.get(name.upper())
        if option is None or option not in self.__dict__.get("sockopts", ()):
            raise unknown(self, name)
        return option

    def __dir__(self) -> Iterable[str]:
        return names(super().__dir__(), ContextOption.__members__)


def annotated(cls: type) -> frozenset[str]:
    """Return the names that a class or one of its parents annotates."""
    return frozenset().union(*(getattr(parent, "__annotations__", ()) for parent in cls.__mro__))


def is_plain(holder: OptionAttributes | ContextAttributes, name: str) -> bool:
    """Tell whether a name is an ordinary attribute rather than an option."""
    if name[0] == "_" or name in holder.__dict__ or name in holder._annotated:
        return True
    return not isinstance(getattr(type(holder), name, OPTION), OptionAttribute)


OPTION = OptionAttribute("", SocketOption.TYPE)  # stands for a name that no class has


def read(holder: OptionAttributes | ContextAttributes, name: str, option: int) -> Any:
    """Return an option; one that cannot be read is an attribute that is missing."""
    try:
        return holder.get(option)
    except ZMQError as error:
        if error.errno not in NOT_READABLE:
            raise
        raise AttributeError(f"{name} attribute is write-only", name=name, obj=holder) from error


def unknown(holder: object, name: str) -> AttributeError:
    """Return the error for a name that is neither an attribute nor an option."""
    return AttributeError(
        f"{type(holder).__name__} has no attribute or option {name!r}", name=name, obj=holder
    )


def names(plain: Iterable[str], options: Iterable[str]) -> list[str]:
    """Return what dir() lists: attributes, and options in both usual spellings."""
    return sorted({*plain, *options, *map(str.lower, options)})
