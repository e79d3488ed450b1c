"""zerowire keygen: keys on a terminal, and in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zerowire import cli, curve_public
from zerowire.auth import load_certificate


def test_pair_that_is_printed_belongs_together(capsys: pytest.CaptureFixture[str]) -> None:
    """7.9."""
    assert cli.main(["keygen"]) == 0
    words = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert curve_public(words["secret"]).decode() == words["public"]
    assert cli.main(["keygen", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"public", "secret"}


def test_files_are_written_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A key that is in use is not lost by a second call."""
    words = ["keygen", "server", "--folder", str(tmp_path)]
    assert cli.main(words) == 0
    public, secret = load_certificate(tmp_path / "server.key_secret")
    assert capsys.readouterr().out == f"public {tmp_path}/server.key\nsecret {tmp_path}/server.key_secret\n"
    assert cli.main(words) == 1
    assert capsys.readouterr().err.endswith("server.key is there: --force replaces it\n")
    assert load_certificate(tmp_path / "server.key_secret") == (public, secret)
    assert cli.main([*words, "--force"]) == 0
    assert load_certificate(tmp_path / "server.key_secret") != (public, secret)
