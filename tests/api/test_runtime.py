"""The directory where processes of one user can be found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import zerowire as zmq
from zerowire.api import runtime
from zerowire.api.runtime import Place

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="there is no ipc here")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "zerowire"


def test_directory_is_made_for_this_user_alone(folder: Path) -> None:
    assert runtime.directory() == folder == runtime.directory()
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("value", ["", "relative", "/nowhere/at/all"])
def test_without_a_runtime_directory_it_is_in_tmp(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", value)
    assert runtime.candidate() == Path(f"/tmp/zerowire-{os.getuid()}")


def test_directory_that_others_can_enter_is_refused(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o750)
    with pytest.raises(zmq.ZMQError, match="has mode 0750: it must be a directory of user"):
        runtime.new_endpoint()


def test_link_and_file_in_its_place_are_refused(folder: Path, tmp_path: Path) -> None:
    folder.symlink_to(tmp_path)
    with pytest.raises(zmq.ZMQError, match="is no directory"):
        runtime.directory()
    folder.unlink()
    folder.write_text("")
    with pytest.raises(zmq.ZMQError, match="File exists"):
        runtime.directory()


def test_directory_of_somebody_else_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(mode=0o700)
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(zmq.ZMQError, match=f"belongs to user {owner}"):
        runtime.directory()


def test_places_are_found_and_those_of_the_dead_are_cleared_away(folder: Path) -> None:
    assert [*runtime.places()] == []
    assert not folder.exists()  # who only looks makes nothing
    endpoint = runtime.new_endpoint()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    files = [Path(endpoint.removeprefix("ipc://")), folder / f"{dead.pid}.1", folder / "notes.txt"]
    for path in files:
        path.touch()
    assert [*runtime.places()] == [Place(os.getpid(), endpoint)]
    assert sorted(path.name for path in folder.iterdir()) == sorted([Path(endpoint).name, "notes.txt"])
