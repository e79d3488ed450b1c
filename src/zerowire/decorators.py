"""Functions that get a context or sockets of their own with each call.

    @context()
    @socket(zmq.PUSH)
    def work(context, push): ...

    work()

Both are closed when the function ends, whatever way it does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, Protocol, TypeAlias, TypeVar

from zerowire.api.context import Context

Result = TypeVar("Result")
Arguments: TypeAlias = tuple[Any, ...]
Keywords: TypeAlias = dict[str, Any]


class Decorator(Protocol):
    """What makes of a function one that its callers give an argument less."""

    def __call__(self, function: Callable[..., Result], /) -> Callable[..., Result]: ...


def context(*args: Any, name: str | None = None, **kwargs: Any) -> Decorator:
    """Give a function a new context with each call, as its last positional argument.

    Args:
        *args: As for Context; a str before them is the name.
        name: Give it as this keyword argument instead.
        **kwargs: As for Context.

    Returns:
        A decorator. The function raises TypeError when its caller gave that keyword argument, too.
    """
    name, args = _take_name(name, args)
    return _decorator(name, lambda given, keywords: Context(*args, **kwargs))


def socket(*args: Any, name: str | None = None, context_name: str = "context", **kwargs: Any) -> Decorator:
    """Give a function a new socket with each call, as its last positional argument.

    The socket is made by the context that the function is called with: its keyword argument of the
    name context_name, or else its first positional argument that is one. Without any it is made by
    Context.instance().

    Args:
        *args: As for Context.socket(): the type comes first. A str before it is the name.
        name: Give it as this keyword argument instead.
        context_name: Which keyword argument is the context.
        **kwargs: As for Context.socket().

    Returns:
        A decorator. The function raises TypeError when its caller gave that keyword argument, too.
    """
    name, args = _take_name(name, args)

    def open_socket(given: Arguments, keywords: Keywords) -> Any:
        return _context_of(given, keywords.get(context_name)).socket(*args, **kwargs)

    return _decorator(name, open_socket)


def _take_name(name: str | None, args: Arguments) -> tuple[str | None, Arguments]:
    """Return the name, and the arguments without it."""
    if name is None and args and isinstance(args[0], str):
        return args[0], args[1:]
    return name, args


def _context_of(given: Arguments, preferred: Any) -> Context:
    contexts = (each for each in (preferred, *given) if isinstance(each, Context))
    return next(contexts, None) or Context.instance()


def _decorator(
    name: str | None, make: Callable[[Arguments, Keywords], AbstractContextManager[Any]]
) -> Decorator:
    """Return a decorator that gives a function what make() returns for the arguments of the call."""

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Result:
            if name in kwargs:
                raise TypeError(f"{function.__name__}() got multiple values for argument {name!r}")
            with make(args, kwargs) as made:
                if name:
                    return function(*args, **kwargs, **{name: made})
                return function(*args, made, **kwargs)

        return call

    return decorate


__all__ = ["context", "socket"]
