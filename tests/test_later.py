"""Modules that are loaded when they are first needed."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

import zerowire
from zerowire import engine, patterns, zmtp
from zerowire._later import later, read
from zerowire.engine import records

PROGRAM = """
import sys
import zerowire
with zerowire.Context() as context, context.socket(zerowire.PUSH) as socket:
    socket.bind("inproc://here")
print(*sys.modules)
"""


def test_a_module_is_loaded_when_it_is_asked_for() -> None:
    assert later("zerowire.zmtp", "raw")("raw") is sys.modules["zerowire.zmtp.raw"]


@pytest.mark.parametrize(
    "error", ["OSError(24, 'too many open files')", "ImportError('x.so: Too many open files')"]
)
def test_a_module_that_cannot_be_read_is_an_error_of_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    """EMFILE is 24; the loader of compiled modules has only its words."""
    (tmp_path / "unreadable.py").write_text(f"raise {error}")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(zerowire.ZMQError, match="open files") as caught:
        read("unreadable")
    assert caught.value.errno == errno.EMFILE


def test_a_module_that_is_not_there_stays_an_import_error() -> None:
    with pytest.raises(ImportError):
        read("zerowire.nowhere")


@pytest.mark.parametrize("package", [zerowire, engine, patterns, zmtp])
def test_a_package_has_no_other_attributes(package: object) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing  # type: ignore[attr-defined]


def test_the_package_lists_names_that_it_has_not_loaded() -> None:
    assert set(zerowire.__all__) <= set(dir(zerowire))
    assert zerowire.PeerStats is records.PeerStats
    assert zerowire.MulticastStats is records.MulticastStats


def test_what_counts_a_peer_is_there_before_the_peer() -> None:
    """The peer may leave while the interpreter ends and loads nothing any more."""
    program = PROGRAM.replace("print(", "assert 'zerowire.engine.records' in sys.modules\nprint(")
    for endpoint in ("inproc://here", "tcp://127.0.0.1:*"):
        code = program.replace("inproc://here", endpoint)
        subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)


def test_a_program_without_a_wire_loads_none() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "zerowire.patterns.push" in loaded
    spared = [
        "zerowire.engine.link",
        "zerowire.patterns.pull",
        "zerowire.zmtp.connection",
        "socket",
    ]
    assert [name for name in spared if name in loaded] == []
