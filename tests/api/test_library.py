"""What the library tells about itself."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

import zerowire
from zerowire.api import library


def test_versions_are_texts_of_their_numbers() -> None:
    assert zerowire.zmq_version_info() == (4, 3, 5)
    assert zerowire.zmq_version() == "4.3.5"
    assert zerowire.pyzmq_version() == ".".join(map(str, zerowire.pyzmq_version_info()))
    assert zerowire.zerowire_version() == zerowire.__version__


def test_version_names_the_revision_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "__revision__", "abc123")
    assert zerowire.zerowire_version() == f"{zerowire.__version__}+abc123"


def test_has_knows_what_there_is() -> None:
    assert zerowire.has("ipc") == hasattr(socket, "AF_UNIX")
    assert zerowire.has("draft") == zerowire.DRAFT_API


@pytest.mark.parametrize("name", ["tcp", "inproc", "ws", "IPC", "nonsense", ""])
def test_has_is_false_for_other_names(name: str) -> None:
    assert not zerowire.has(name)


def test_curve_says_that_it_is_missing() -> None:
    with pytest.raises(zerowire.ZMQError) as caught:
        zerowire.curve_keypair()
    assert caught.value.errno == zerowire.ENOTSUP
    with pytest.raises(zerowire.ZMQError):
        zerowire.curve_public(b"x" * 40)


def test_curve_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="40 characters, not 3"):
        zerowire.curve_public("abc")


@pytest.mark.parametrize("directories", [zerowire.get_includes(), zerowire.get_library_dirs()])
def test_directories_exist(directories: list[str]) -> None:
    assert directories
    assert all(Path(directory).is_dir() for directory in directories)


def test_every_exported_name_is_there() -> None:
    assert len(set(zerowire.__all__)) == len(zerowire.__all__)
    assert [name for name in zerowire.__all__ if not hasattr(zerowire, name)] == []
    assert set(zerowire.constants.__all__) <= set(zerowire.__all__)


def test_texts_of_errors_are_there() -> None:
    assert zerowire.strerror(zerowire.ETERM) == "Context was terminated"
    zerowire.ZMQError(zerowire.EINVAL)
    assert zerowire.zmq_errno() == zerowire.EINVAL
