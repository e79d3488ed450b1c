"""Which modules and names of pyzmq are what here."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from zerowire.api.library import PYZMQ_VERSION, pyzmq_version
from zerowire.compat import site
from zerowire.compat.layout import ADDED, ELSEWHERE, LOADED, MODULES, NAMES
from zerowire.compat.modules import spec_of, value_of
from zerowire.compat.version import VERSION_EXTRA, VERSION_MAJOR, version_info

DUMP = """
import importlib, json, sys
modules = [importlib.import_module(name) for name in sys.argv[1:]]
print(json.dumps([getattr(module, "__all__", []) for module in modules]))
"""


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there(name: str) -> None:
    assert [value_of(each) for each in NAMES[name]]


@pytest.mark.parametrize("name", [*MODULES, *LOADED, "zmq", "zmq.devices", "zmq.utils"])
def test_every_module_is_there(name: str) -> None:
    assert spec_of(name) is not None


def test_names_of_elsewhere_are_of_use() -> None:
    used = {name for names in (*ADDED.values(), *NAMES.values()) for name in names}
    assert set(ELSEWHERE) <= used


def test_modules_have_the_names_that_they_have_in_pyzmq() -> None:
    """Section 7.1."""
    if find_spec("zmq") is None:
        pytest.skip("pyzmq is not installed")
    said = subprocess.check_output([sys.executable, "-c", DUMP, *NAMES], text=True)
    for module, names in zip(NAMES, json.loads(said), strict=True):
        assert set(names) <= set(NAMES[module]), module


def test_version_is_told_in_pyzmq_words() -> None:
    assert version_info == PYZMQ_VERSION
    assert PYZMQ_VERSION[0] == VERSION_MAJOR
    assert VERSION_EXTRA == ""


def test_distribution_has_the_version_that_the_library_tells() -> None:
    (folder,) = Path(site.__file__).parent.glob("*.dist-info")
    assert folder.name == f"pyzmq-{pyzmq_version()}.dist-info"
    assert f"\nVersion: {pyzmq_version()}\n" in (folder / "METADATA").read_text()
