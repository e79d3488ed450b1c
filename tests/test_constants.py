"""The numbers are those that the peers and users of ZeroMQ know."""

from __future__ import annotations

import enum
from typing import Any

import pytest

from zerowire import constants

ENUMS = [
    value
    for value in vars(constants).values()
    if isinstance(value, type) and issubclass(value, enum.Enum) and value.__module__ == constants.__name__
]
PUBLIC_ENUMS = [each for each in ENUMS if not each.__name__.startswith("_")]
PREFIXES = {
    "Event": "EVENT_",
    "RouterNotify": "NOTIFY_",
    "NormMode": "NORM_",
    "ReconnectStop": "RECONNECT_STOP_",
}


def global_name(kind: type[enum.Enum], member: str) -> str:
    return member if member.startswith("PROTOCOL_ERROR_") else PREFIXES.get(kind.__name__, "") + member


@pytest.mark.parametrize("kind", PUBLIC_ENUMS, ids=lambda kind: kind.__name__)
def test_every_member_is_a_global_and_exported(kind: type[enum.Enum]) -> None:
    for name, member in kind.__members__.items():
        assert getattr(constants, global_name(kind, name)) is member
        assert global_name(kind, name) in constants.__all__


def test_all_lists_enums_and_members_and_nothing_else() -> None:
    expected = {kind.__name__ for kind in PUBLIC_ENUMS}
    expected.update(global_name(kind, name) for kind in PUBLIC_ENUMS for name in kind.__members__)
    assert sorted(constants.__all__) == sorted(expected)


def test_aliases_are_the_members_they_stand_for() -> None:
    assert constants.XREQ is constants.DEALER
    assert constants.XREP is constants.ROUTER
    assert constants.IDENTITY is constants.SocketOption.ROUTING_ID
    assert constants.CONNECT_RID is constants.CONNECT_ROUTING_ID
    assert constants.FAIL_UNROUTABLE is constants.ROUTER_BEHAVIOR is constants.ROUTER_MANDATORY
    assert constants.DELAY_ATTACH_ON_CONNECT is constants.IMMEDIATE
    assert constants.NOBLOCK is constants.DONTWAIT


def test_socket_options_know_the_type_of_their_value() -> None:
    assert constants.SUBSCRIBE._opt_type is constants._OptType.bytes
    assert constants.MAXMSGSIZE._opt_type is constants._OptType.int64
    assert constants.FD._opt_type is constants._OptType.fd
    assert constants.LINGER._opt_type is constants._OptType.int


def test_own_error_numbers_lie_outside_the_systems_range() -> None:
    """ERR-1."""
    assert constants.EFSM == 156384763
    assert constants.ENOCOMPATPROTO == 156384764
    assert constants.ETERM == 156384765
    assert constants.EMTHREAD == 156384766


def test_error_that_the_system_lacks_gets_a_number_of_our_own() -> None:
    """ERR-1."""
    assert constants._errno("ENOSUCHNAME", 7) == 156384719


def test_repr_of_combined_events_names_each() -> None:
    """T-15."""
    text = repr(constants.EVENT_CONNECTED | constants.EVENT_LISTENING)
    assert "CONNECTED" in text
    assert "LISTENING" in text
    for name, event in constants.Event.__members__.items():
        assert name in repr(event) or str(constants.Event[name].name) in repr(event)


def test_all_events_include_every_event_of_their_version() -> None:
    for event in (
        constants.EVENT_CONNECTED,
        constants.EVENT_MONITOR_STOPPED,
        constants.EVENT_HANDSHAKE_FAILED_AUTH,
    ):
        assert event in constants.EVENT_ALL
    assert constants.EVENT_PIPES_STATS not in constants.EVENT_ALL
    assert constants.EVENT_PIPES_STATS in constants.EVENT_ALL_V2


@pytest.mark.parametrize("kind", PUBLIC_ENUMS, ids=lambda kind: kind.__name__)
def test_names_and_numbers_agree_with_pyzmq(kind: type[enum.Enum]) -> None:
    zmq: Any = pytest.importorskip("zmq")
    theirs = getattr(zmq.constants, kind.__name__).__members__
    ours = kind.__members__
    assert {name: int(member) for name, member in theirs.items()}.items() <= {
        name: int(member.value) for name, member in ours.items()
    }.items()
    for name in theirs:
        assert int(getattr(zmq, global_name(kind, name))) == getattr(constants, global_name(kind, name))


def test_option_types_agree_with_pyzmq() -> None:
    zmq: Any = pytest.importorskip("zmq")
    theirs = {member.name: member._opt_type.name for member in zmq.constants.SocketOption}
    assert {member.name: member._opt_type.name for member in constants.SocketOption} == theirs
