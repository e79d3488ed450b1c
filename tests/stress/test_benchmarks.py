"""Every benchmark case runs, with every library; how fast is not a matter of tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "benchmarks"]


def test_every_case_yields_a_figure(tmp_path: Path) -> None:
    """The smoke test of `make bench`."""
    listed = subprocess.run([*COMMAND, "--list"], cwd=ROOT, capture_output=True, text=True, check=True)
    command = [*COMMAND, "--all", "--rounds", "1", "--scale", "0.001", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=55, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))["rows"]
    assert len(rows) == len(listed.stdout.splitlines())
    assert all(row["median"] > 0 and row["ratio"] > 0 for row in rows)
    assert all(row["case"] in (tmp_path / "latest.md").read_text(encoding="utf-8") for row in rows)
