"""Options as attributes; first on bare holders, then on the real ones."""

from __future__ import annotations

import errno
import types
import typing
from typing import Any

import pytest

import zerowire
from zerowire.api.attributes import ContextAttributes, OptionAttributes
from zerowire.constants import ContextOption, SocketOption
from zerowire.error import ZMQError


class Options(OptionAttributes):
    """A socket's options, without a socket."""

    kind = "bare"
    note: str

    def __init__(self) -> None:
        self._values: dict[int, Any] = {}
        self._unset_error = errno.EINVAL

    def set(self, option: int, value: Any) -> None:
        self._values[option] = value

    def get(self, option: int) -> Any:
        if option not in self._values:
            raise ZMQError(self._unset_error)
        return self._values[option]


class ContextOptions(ContextAttributes):
    """A context's options, without a context."""

    def __init__(self) -> None:
        self.sockopts: dict[int, Any] = {}
        self._values: dict[int, int] = {}

    def set(self, option: int, value: Any) -> None:
        self._values[option] = value

    def get(self, option: int) -> Any:
        return self._values[option]


@pytest.mark.parametrize("name", ["linger", "LINGER", "Linger"])
def test_option_is_an_attribute_in_any_case(name: str) -> None:
    options = Options()
    setattr(options, name, 7)
    assert options._values == {SocketOption.LINGER: 7}
    assert getattr(options, name) == 7
    assert name not in options.__dict__


def test_alias_names_its_option() -> None:
    options = Options()
    options.identity = b"me"
    assert options.routing_id == b"me"


@pytest.mark.parametrize(("topic", "octets"), [(b"x", b"x"), ("é", "é".encode())])
def test_subscribing_by_attribute_takes_text_too(topic: bytes | str, octets: bytes) -> None:
    options = Options()
    options.subscribe = topic
    options.UNSUBSCRIBE = topic
    assert options._values == {SocketOption.SUBSCRIBE: octets, SocketOption.UNSUBSCRIBE: octets}


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EFAULT])
def test_option_that_cannot_be_read_is_write_only(code: int) -> None:
    options = Options()
    options._unset_error = code
    with pytest.raises(AttributeError, match="linger attribute is write-only"):
        _ = options.linger


def test_other_errors_of_reading_pass() -> None:
    options = Options()
    options._unset_error = errno.ENOTSOCK
    with pytest.raises(ZMQError) as caught:
        _ = options.linger
    assert caught.value.errno == errno.ENOTSOCK


@pytest.mark.parametrize("name", ["no_such_option", "POLLIN", "_private"])
def test_name_that_is_no_option_cannot_be_read(name: str) -> None:
    options = Options()
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
        getattr(options, name)
    assert not hasattr(options, name)


def test_name_that_is_no_option_cannot_be_set() -> None:
    with pytest.raises(AttributeError, match="no_such_option"):
        Options().no_such_option = 1


def test_what_a_class_defines_or_annotates_is_plain() -> None:
    class Child(Options):
        linger: int | None = None
        sndhwm: int

    child = Child()
    child.linger = 5
    child.sndhwm = 6
    child.note = "plain"
    child.kind = "child"
    assert child._values == {}
    assert (child.linger, child.sndhwm, child.note, child.kind) == (5, 6, "plain", "child")


def test_what_any_parent_annotates_is_plain() -> None:
    class Mixin:
        mark: str
        linger: int

    class Child(Mixin, Options):
        pass

    class ContextChild(Mixin, ContextOptions):
        pass

    for child in (Child(), ContextChild()):
        child.mark, child.linger = "here", 5
        assert (child.mark, child.linger) == ("here", 5)
        assert child._values == {}


def test_annotation_of_a_subclass_leaves_its_parent_alone() -> None:
    class Child(Options):
        linger: int

    options = Options()
    options.linger = 3
    assert options._values == {SocketOption.LINGER: 3}
    assert "linger" not in Child.__dict__


def test_dir_lists_options_in_both_spellings() -> None:
    names = dir(Options())
    assert {"linger", "LINGER", "routing_id", "kind", "set"} <= set(names)
    assert {"max_sockets", "MAX_SOCKETS", "sockopts"} <= set(dir(ContextOptions()))


def test_context_tells_its_own_options_from_those_of_sockets() -> None:
    context = ContextOptions()
    context.MAX_SOCKETS = 10
    context.linger = 0
    assert context._values == {ContextOption.MAX_SOCKETS: 10}
    assert context.sockopts == {SocketOption.LINGER: 0}
    assert (context.max_sockets, context.LINGER) == (10, 0)


def test_default_of_a_context_can_be_deleted() -> None:
    context = ContextOptions()
    context.linger = 0
    del context.Linger
    assert context.sockopts == {}
    for name in ("linger", "no_such_option"):
        with pytest.raises(AttributeError, match=name):
            delattr(context, name)
        with pytest.raises(AttributeError, match=name):
            getattr(context, name)


def test_plain_attributes_of_a_context_come_and_go() -> None:
    class Child(ContextOptions):
        mark: str

    child = Child()
    child.mark = "here"
    del child.mark
    with pytest.raises(AttributeError):
        _ = child.mark
    with pytest.raises(AttributeError, match="no_such_option"):
        child.no_such_option = 1


def test_sockets_of_a_context_begin_with_its_defaults(context: zerowire.Context) -> None:
    context.linger = 17
    context.subscribe = b""  # a PUB socket does not know it, and begins all the same
    with context.socket(zerowire.PUB) as publisher:
        assert publisher.linger == 17
        publisher.RCVTIMEO = 5
        assert publisher.get(zerowire.RCVTIMEO) == 5


def test_subclass_of_socket_keeps_attributes_of_its_own(context: zerowire.Context) -> None:
    class Named(zerowire.Socket):
        name: str | None = None

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.name = "a socket"

    with context.socket(zerowire.PAIR, socket_class=Named) as socket:
        assert socket.name == "a socket"
        with pytest.raises(AttributeError):
            socket.nickname = 1


def test_classes_take_arguments_as_those_of_pyzmq_do() -> None:
    """Section 7.2: an annotation, and the base of a class."""
    alias: Any = zerowire.Socket
    base: Any = zerowire.Context
    assert typing.get_origin(alias[bytes]) is zerowire.Socket
    assert typing.get_args(alias[bytes]) == (bytes,)
    derived = types.new_class("Contexts", (base[zerowire.Socket],))
    assert issubclass(derived, zerowire.Context)
    with derived() as context:
        assert context.MAX_SOCKETS > 0
