"""CURVE keys of a socket: what is missing, or does not belong together, is said before anything is bound."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.engine.bench import Bench
from tests.zmtp.mechanism.model import CLIENT, SERVER
from zerowire.constants import Errno, SecurityMechanism, SocketType
from zerowire.engine import keys
from zerowire.engine.connections import connection_config
from zerowire.error import ZMQError
from zerowire.options import Security, Settings
from zerowire.zmtp.mechanism.curve import CurveClient, CurveServer
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.mechanism.plain import PlainClient, PlainServer

AS_CLIENT = Security(SecurityMechanism.CURVE)
AS_SERVER = Security(SecurityMechanism.CURVE, True)
OWN = {"curve_publickey": CLIENT.public, "curve_secretkey": CLIENT.secret}


def settings(**options: Any) -> Settings:
    made = Settings()
    for name, value in options.items():
        assert hasattr(made, name), name
        setattr(made, name, value)
    return made


def test_keys_are_new_each_time() -> None:
    first, second = keys.new_pair(), keys.new_pair()
    assert first.public == keys.public_key(first.secret)
    assert len({*first, *second}) == 4


def test_octets_are_random() -> None:
    octets = [bytearray(16) for _ in range(50)]
    for each in octets:
        keys.fill(each)
    assert len(set(map(bytes, octets))) == 50


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"security": AS_SERVER}, "CURVE_SECRETKEY is not set"),
        ({"security": AS_CLIENT, "curve_serverkey": SERVER.public}, "CURVE_SECRETKEY is not set"),
        ({"security": AS_CLIENT, **OWN}, "CURVE_SERVERKEY is not set"),
        (
            {
                "security": AS_CLIENT,
                "curve_serverkey": SERVER.public,
                **OWN,
                "curve_publickey": SERVER.public,
            },
            "CURVE_PUBLICKEY is not the one that belongs to CURVE_SECRETKEY",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_keys_that_cannot_work_are_refused(bench: Bench, options: dict[str, Any], words: str) -> None:
    """RFC 26: clients MUST know the server public key before they can connect."""
    core = bench.open(SocketType.PULL, **options)
    for act, endpoint in (
        (core.endpoints.bind, "tcp://127.0.0.1:*"),
        (core.endpoints.connect, "tcp://127.0.0.1:9"),
    ):
        with pytest.raises(ZMQError, match=words) as info:
            act(endpoint)
        assert info.value.errno == Errno.EINVAL
    assert core.tasks == {}


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, Null),
        ({"zap_domain": "global"}, Null),
        ({"security": Security(SecurityMechanism.PLAIN), "plain_username": "ann"}, PlainClient),
        ({"security": Security(SecurityMechanism.PLAIN, True)}, PlainServer),
        ({"security": AS_CLIENT, "curve_serverkey": SERVER.public, **OWN}, CurveClient),
        (
            {"security": AS_CLIENT, "curve_serverkey": SERVER.public, "curve_secretkey": CLIENT.secret},
            CurveClient,
        ),
        ({"security": AS_SERVER, "curve_secretkey": SERVER.secret}, CurveServer),
        (
            {"security": AS_SERVER, "curve_secretkey": SERVER.secret, "curve_publickey": CLIENT.public},
            CurveServer,
        ),
    ],
)
def test_options_choose_the_mechanism(options: dict[str, Any], kind: type) -> None:
    """OPT-7."""
    made = connection_config(SocketType.PULL, settings(**options)).mechanism(b"")
    assert type(made) is kind
    assert (made.credentials is None) is not bool(options.get("zap_domain"))


def test_names_and_passwords_may_be_any_octets() -> None:
    options = {
        "plain_username": "\udcff",
        "plain_password": "\0",
        "security": Security(SecurityMechanism.PLAIN),
    }
    made = connection_config(SocketType.PULL, settings(**options)).mechanism(b"")
    assert made.next_command() == b"\5HELLO\1\xff\1\0"


PROGRAM = """
import sys
import zerowire
from zerowire import PAIR, Context
with Context() as context, context.socket(PAIR) as one, context.socket(PAIR) as other:
    one.bind("tcp://127.0.0.1:*")
    other.connect(one.last_endpoint)
    other.send(b"hello")
    one.recv()
print(*sys.modules)
"""


def test_a_program_without_security_loads_none() -> None:
    """PyNaCl, too, is imported only when CURVE is used."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    names = ("nacl", "cffi", "curve", "plain", "seal", "sealed", "boxes", "keys", "zap_client", "zap")
    assert [name for name in done.stdout.split() if name.rpartition(".")[2] in names] == []
