"""7.9: `python -m zerowire.curve_keygen`, as pyzmq's."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import zerowire as zmq
from zerowire import curve_keygen
from zerowire.utils import z85


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    curve_keygen.main(arguments)
    return capsys.readouterr().out


def test_a_new_pair_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    title, public, nothing, secret_title, secret = output(capsys).splitlines()
    assert (title, nothing, secret_title) == ("== CURVE PUBLIC KEY ==", "", "== CURVE SECRET KEY ==")
    assert zmq.curve_public(secret).decode() == public
    assert len(z85.decode(secret)) == 32


def test_a_new_pair_is_shown_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    keys = json.loads(output(capsys, "--json"))
    assert zmq.curve_public(keys["secret"]).decode() == keys["public"]
    assert keys != json.loads(output(capsys, "--json"))


def test_a_public_key_is_found_for_a_secret_one(capsys: pytest.CaptureFixture[str]) -> None:
    public, secret = zmq.curve_keypair()
    keys = json.loads(output(capsys, "--json", "--secret", secret.decode()))
    assert keys == {"public": public.decode(), "secret": secret.decode()}


@pytest.mark.parametrize("secret", ["", "short", "~" * 40])
def test_what_is_no_key_is_an_error(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as info:
        curve_keygen.main(["--secret", secret])
    assert info.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_it_is_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zerowire.curve_keygen", "-h"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "python3 -m zerowire.curve_keygen" in done.stdout
    assert "--json" in done.stdout
