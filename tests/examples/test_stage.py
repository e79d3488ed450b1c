"""The stage on which the demo and the tests run programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from zerowire.cli.demo.stage import Failed, Stage

INTERRUPTED = """
try:
    print("Ready\\nHalf a line", end="")
    while True:
        pass
except KeyboardInterrupt:
    print({last!r})
"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage with a folder of its own."""
    return Stage(tmp_path, tmp_path)


def test_ctrl_c_in_the_middle_of_a_line_is_a_clean_end(stage: Stage, tmp_path: Path) -> None:
    """Ctrl+C comes between the words of a line and its end."""
    (tmp_path / "half.py").write_text(INTERRUPTED.format(last="Stopped"))
    with stage:
        program = stage.bind("half.py")
        program.wait_to_say("Ready")
        program.interrupt()
        assert program.lines == ["Ready", "Half a line", "Stopped"]


def test_program_that_does_not_say_that_it_stopped_fails(stage: Stage, tmp_path: Path) -> None:
    """The last word decides."""
    (tmp_path / "half.py").write_text(INTERRUPTED.format(last="Oh"))
    with stage:
        program = stage.bind("half.py")
        program.wait_to_say("Ready")
        with pytest.raises(Failed, match="did not stop cleanly"):
            program.interrupt()
