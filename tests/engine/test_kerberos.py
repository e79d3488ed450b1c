"""GSS-1, GSS-2: security contexts of Kerberos, with a key server of the test."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop.kdc import CLIENT, REALM, SERVICE, Kdc, what_is_missing
from zerowire.constants import Errno
from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.zmtp.mechanism.gssapi_messages import ContextError

gssapi: Any = pytest.importorskip("gssapi", reason="the package gssapi is missing", exc_type=ImportError)
if missing := what_is_missing():
    pytest.skip(missing, allow_module_level=True)

kerberos: Any = pytest.importorskip("zerowire.engine.kerberos")
FLAG = gssapi.RequirementFlag
OF_LIBZMQ = FLAG.mutual_authentication | FLAG.replay_detection


@pytest.fixture(scope="module")
def kdc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kdc]:
    kdc = Kdc(tmp_path_factory.mktemp("kdc"))
    yield kdc
    kdc.stop()


@pytest.fixture(autouse=True)
def environment(kdc: Kdc, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in kdc.both.items():
        monkeypatch.setenv(name, value)


def settings(**options: Any) -> Settings:
    made = Settings()
    for name, value in {"gssapi_service_principal": "zmqtest@localhost", **options}.items():
        assert hasattr(made, name), name
        setattr(made, name, value)
    return made


def initiator(**options: Any) -> Any:
    return kerberos.Kerberos(kerberos.initiator(settings(**options)))


def acceptor(**options: Any) -> Any:
    return kerberos.Kerberos(kerberos.acceptor(settings(**options)))


def met(client: Any) -> tuple[Any, Any]:
    """Return both sides when they have their keys."""
    server = acceptor()
    assert not server.complete
    answer = server.step(client.step(None))
    assert server.complete
    assert not client.complete
    assert client.step(answer) is None
    return client, server


def as_libzmq() -> Any:
    """Return a client that asks for no more than libzmq does."""
    name = gssapi.Name("zmqtest@localhost", gssapi.NameType.hostbased_service)
    return gssapi.SecurityContext(name=name, usage="initiate", flags=OF_LIBZMQ)


def why(call: Any, *arguments: Any) -> tuple[str, int]:
    with pytest.raises(ContextError) as info:
        call(*arguments)
    return str(info.value), info.value.errno


def test_both_know_who_they_are() -> None:
    client, server = met(initiator())
    assert client.complete
    assert server.initiator_name == f"{CLIENT}@{REALM}".encode()
    assert client._context.target_name == gssapi.Name(
        f"{SERVICE}@{REALM}", gssapi.NameType.kerberos_principal
    )


def test_what_is_wrapped_is_read_by_the_other_side_alone() -> None:
    client, server = met(initiator())
    for sender, receiver in ((client, server), (server, client)):
        token = sender.wrap(b"a secret")
        assert b"secret" not in token
        assert receiver.unwrap(token) == b"a secret"
    assert why(client.unwrap, client.wrap(b"to myself"))[1] == 0


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 255, 70_000])
def test_size_is_known_beforehand(size: int) -> None:
    client, _ = met(initiator())
    assert client.wrapped_size(size) == len(client.wrap(bytes(size)))


def test_flags_are_those_that_protect() -> None:
    client, server = met(initiator())
    for flag in (FLAG.mutual_authentication, FLAG.replay_detection, FLAG.out_of_sequence_detection):
        assert flag in client._context.actual_flags
        assert flag in server._context.actual_flags


@pytest.mark.parametrize("asks", ["ours", "as libzmq"])
def test_tokens_come_once_in_order_and_unchanged(asks: str) -> None:
    """A client of libzmq does not ask for the order."""
    client, server = met(initiator() if asks == "ours" else as_libzmq())
    tokens = [wrapped(client, content) for content in (b"1", b"2", b"3", b"4")]
    assert server.unwrap(tokens[0]) == b"1"
    for token in (tokens[0], tokens[2], tokens[1][:-1], b"", b"nonsense"):
        text, number = why(server.unwrap, token)
        assert text
        assert number == 0


def wrapped(client: Any, content: bytes) -> bytes:
    made = client.wrap(content) if isinstance(client, kerberos.Kerberos) else client.encrypt(content)
    return bytes(made)


def test_what_is_only_signed_is_refused() -> None:
    """It ends the process of a libzmq."""
    client, server = met(as_libzmq())
    assert why(server.unwrap, client.wrap(b"for all to read", False).message) == ("it is not encrypted", 0)


@pytest.mark.parametrize("token", [b"", b"nonsense", bytes(1000)])
def test_a_token_that_is_none(token: bytes) -> None:
    text, number = why(acceptor().step, token)
    assert text
    assert number == 0


def test_another_mechanism_is_refused() -> None:
    """SPNEGO chooses among mechanisms, and there is only one that a server shall take."""
    name = gssapi.Name("zmqtest@localhost", gssapi.NameType.hostbased_service)
    spnego = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
    token = gssapi.SecurityContext(name=name, usage="initiate", mech=spnego).step(None)
    assert why(acceptor().step, token)[1] == 0


def test_a_changed_token_is_refused() -> None:
    token = bytearray(initiator().step(None))
    token[-1] ^= 1
    assert why(acceptor().step, bytes(token))[1] == 0


def test_a_client_does_not_take_another_server() -> None:
    client, other = initiator(), initiator()
    client.step(None)
    assert why(client.step, acceptor().step(other.step(None)))[1] == 0


@pytest.mark.parametrize(
    ("variable", "options", "text", "number"),
    [
        ("KRB5_CLIENT_KTNAME", {}, "No Kerberos credentials available", errno.ENOKEY),
        (
            "",
            {"gssapi_service_principal": "nobody@localhost"},
            "not found in Kerberos database",
            errno.EACCES,
        ),
        ("", {"gssapi_principal": "joe", "gssapi_principal_nametype": 1}, "joe@TEST.LOCAL", errno.ENOKEY),
        ("KRB5_CONFIG", {}, "", errno.EHOSTUNREACH),
    ],
    ids=["no ticket", "unknown server", "no such user", "no key server"],
)
def test_why_a_client_cannot_begin(
    kdc: Kdc,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    options: dict[str, Any],
    text: str,
    number: int,
) -> None:
    if variable:
        monkeypatch.setenv(variable, (kdc.lost_client if variable == "KRB5_CONFIG" else kdc.nobody)[variable])
        monkeypatch.setenv("KRB5CCNAME", f"MEMORY:{variable}")
    told, found = why(initiator(**options).step, None)
    assert text in told
    assert found == number


def test_why_a_server_cannot_begin(kdc: Kdc, monkeypatch: pytest.MonkeyPatch) -> None:
    token = initiator().step(None)
    told, number = why(acceptor(gssapi_principal="zmqtest2@localhost").step, token)
    assert "No key table entry found" in told
    assert number == errno.ENOKEY
    monkeypatch.setenv("KRB5_KTNAME", kdc.nobody["KRB5_KTNAME"])
    told, number = why(acceptor().step, token)
    assert "none.keytab" in told
    assert number == errno.ENOKEY


def test_a_client_has_to_know_its_server() -> None:
    with pytest.raises(ZMQError, match="GSSAPI_SERVICE_PRINCIPAL is not set") as info:
        kerberos.initiator(Settings())
    assert info.value.errno == Errno.EINVAL
