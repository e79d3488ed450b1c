"""Options of a context can be set and got as their rows say."""

from __future__ import annotations

import pytest

from zerowire.constants import ContextOption, Errno, SocketOption
from zerowire.error import ZMQError
from zerowire.options import CONTEXT_OPTIONS, ContextSettings, get_context_option, set_context_option

C = ContextOption


def refused(settings: ContextSettings, number: int, value: int) -> str:
    with pytest.raises(ZMQError) as caught:
        set_context_option(settings, number, value)
    assert caught.value.errno == Errno.EINVAL
    return str(caught.value)


def test_settings_have_a_field_for_each_row_and_no_other() -> None:
    assert set(ContextSettings.__annotations__) == {row.attribute for row in CONTEXT_OPTIONS}
    settings = ContextSettings()
    for row in CONTEXT_OPTIONS:
        if row.join is None:
            assert getattr(settings, row.attribute) == row.default


@pytest.mark.parametrize(
    ("number", "low", "high", "default"),
    [
        (C.IO_THREADS, 0, None, 1),
        (C.MAX_SOCKETS, 1, 65535, 1023),
        (C.THREAD_SCHED_POLICY, 0, None, -1),
        (C.MAX_MSGSZ, 0, None, 2**31 - 1),
        (C.THREAD_NAME_PREFIX, 0, None, 0),
    ],
)
def test_number_can_be_set_within_its_range(number: C, low: int, high: int | None, default: int) -> None:
    """CTX-1 and the table of context options."""
    settings = ContextSettings()
    assert get_context_option(settings, number) == default
    high = 2**31 - 1 if high is None else high
    for value in (low, high):
        set_context_option(settings, number, value)
        assert get_context_option(settings, number) == value
    for value in (low - 1, high + 1):
        assert f"{number.name} is {value}, must be {low}" in refused(settings, number, value)


def test_number_3_is_read_as_one_option_and_written_as_another() -> None:
    settings = ContextSettings()
    set_context_option(settings, C.THREAD_PRIORITY, 5)
    assert settings.thread_priority == 5
    assert get_context_option(settings, C.SOCKET_LIMIT) == 65535
    assert "THREAD_PRIORITY is -1, must be 0 or more" in refused(settings, 3, -1)


@pytest.mark.parametrize("number", [C.ZERO_COPY_RECV, SocketOption.IPV6, SocketOption.BLOCKY])
def test_boolean_takes_what_is_not_negative(number: int) -> None:
    """OPT-3."""
    settings = ContextSettings()
    for value, expected in ((0, 0), (5, 1)):
        set_context_option(settings, number, value)
        assert get_context_option(settings, number) == expected
    assert "must be 0 or 1" in refused(settings, number, -1)


def test_processors_are_added_and_removed() -> None:
    settings = ContextSettings()
    for processor in (1, 5):
        set_context_option(settings, C.THREAD_AFFINITY_CPU_ADD, processor)
    set_context_option(settings, C.THREAD_AFFINITY_CPU_REMOVE, 1)
    assert settings.thread_affinity_cpu == {5}
    message = refused(settings, C.THREAD_AFFINITY_CPU_REMOVE, 1)
    assert message == "THREAD_AFFINITY_CPU_REMOVE is 1, must be one of those added before: [5]"
    with pytest.raises(ZMQError, match="can be set only"):
        get_context_option(settings, C.THREAD_AFFINITY_CPU_ADD)


def test_size_of_a_message_can_be_read_only() -> None:
    settings = ContextSettings()
    assert get_context_option(settings, C.MSG_T_SIZE) == 64
    assert refused(settings, C.MSG_T_SIZE, 64) == "MSG_T_SIZE can be read only"


def test_unknown_number_is_refused() -> None:
    """CTX-1."""
    assert refused(ContextSettings(), 99, 1) == "there is no context option 99"
    with pytest.raises(ZMQError, match="99"):
        get_context_option(ContextSettings(), 99)


def test_value_is_an_int() -> None:
    with pytest.raises(TypeError, match="IO_THREADS takes an int"):
        set_context_option(ContextSettings(), C.IO_THREADS, "1")
