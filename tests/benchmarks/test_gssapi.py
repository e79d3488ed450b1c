"""The measurement of GSSAPI goes through; how fast is not a matter of tests."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("gssapi", reason="the package gssapi is not installed", exc_type=ImportError)
from tests.interop.kdc import what_is_missing

if missing := what_is_missing():
    pytest.skip(missing, allow_module_level=True)


def test_each_form_of_gssapi_is_measured() -> None:
    command = [sys.executable, "-m", "benchmarks.gssapi", "--count", "20", "--sizes", "16", "--mechanisms"]
    done = subprocess.run(
        [*command, "GSSAPI", "GSSAPI in clear"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [line.partition("  ")[0] for line in done.stdout.splitlines()] == ["GSSAPI", "GSSAPI in clear"]
