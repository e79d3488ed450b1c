"""zerowire conformance: run the tests of the clauses of the specifications, where there is a source tree."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import zerowire
from zerowire.cli.console import complain, say_json
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.shared import Json

ROOT = Path(zerowire.__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "conformance"


def conformance(json: Json = False) -> int:
    """Check ZeroWire against the clauses of the ZeroMQ specifications; needs its source tree, and pytest."""
    if not TESTS.is_dir():
        complain("zerowire conformance: the tests are in the source tree, and not in an installed package")
        return FAILED
    if find_spec("pytest") is None:
        complain("zerowire conformance: it needs pytest: pip install 'zerowire[test]'")
        return FAILED
    command = [sys.executable, "-m", "pytest", "-q", str(TESTS)]
    done = subprocess.run(command, cwd=ROOT, stdout=sys.stderr if json else None, check=False)
    if json:
        say_json({"passed": done.returncode == 0})
    return FAILED if done.returncode else DONE
