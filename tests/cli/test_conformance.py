"""zerowire conformance: it runs what there is, and says what there is not."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from zerowire import cli
from zerowire.cli import conformance


@pytest.mark.skipif(os.name == "nt", reason="there is no true, and no false")
@pytest.mark.parametrize(("python", "code"), [("true", 0), ("false", 1)])
def test_tests_of_the_source_tree_decide(
    python: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which(python))
    monkeypatch.setattr(sys, "stderr", sys.__stderr__)  # a process needs a file
    assert cli.main(["conformance", "--json"]) == code
    assert json.loads(capsys.readouterr().out) == {"passed": code == 0}


def test_installed_package_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(conformance, "TESTS", tmp_path / "absent")
    assert cli.main(["conformance"]) == 1
    assert "not in an installed package" in capsys.readouterr().err
