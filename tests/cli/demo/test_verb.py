"""zerowire demo: what make demo shows, and what an installed package does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zerowire import cli
from zerowire.cli.demo import verb
from zerowire.cli.demo.scenes import SCENES


def test_scene_of_the_demo_plays_and_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "pair", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["scene"], told["passed"]) == ("pair", True)
    assert any("Heard: answer 3" in line for line in told["transcript"])


def test_scene_that_goes_wrong_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("bind.py", "connect.py"):
        (tmp_path / name).write_text("print('nothing')")
    assert cli.main(["demo", "pair", "--examples", str(tmp_path)]) == 1
    assert "FAIL: a remark is missing" in capsys.readouterr().out


def test_scenes_are_named_and_unknown_ones_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(SCENES)
    assert cli.main(["demo", "pear"]) == 2
    assert "no such scene: pear" in capsys.readouterr().err


def test_package_without_programs_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("IN_TREE", "INSTALLED"):
        monkeypatch.setattr(verb, name, tmp_path / "absent")
    assert cli.main(["demo"]) == 1
    assert "there are no programs in" in capsys.readouterr().err
