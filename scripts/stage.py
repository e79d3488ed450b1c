"""The stage on which the demo plays, for tests that run programs, too: see zerowire/cli/demo/stage.py."""

from __future__ import annotations

from zerowire.cli.demo.stage import PATIENCE, Failed, Program, Stage, expect, wait_until

__all__ = ["PATIENCE", "Failed", "Program", "Stage", "expect", "wait_until"]
