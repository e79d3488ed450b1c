"""The libraries take turns; a process that goes wrong ends its measurement and nothing else."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from benchmarks import run
from benchmarks.cases import CASES, Case, choose
from benchmarks.libraries import LIBRARIES, ROOT, Library, why_missing
from benchmarks.progress import Progress
from benchmarks.workloads.work import Figures

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
A, B = Library("a", "a"), Library("b", "b")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_libraries_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    order = []

    def measure(case: Case, library: Library, scale: float) -> Figures:
        order.append((case.name, library.name))
        return {case.figure: len(order)}

    monkeypatch.setattr(run, "measure", measure)
    cases = [case for case in CASES if case.name in ("push-pull tcp 16", "start-up")]
    outcome = run.alternate(cases, [A, B], 2, 1.0, Progress(io.StringIO()))
    assert order == [(case.name, name) for case in cases for name in "abab"]
    assert outcome.samples["start-up"] == {"a": [5, 7], "b": [6, 8]}


def test_failure_leaves_out_the_other_rounds_of_that_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(case: Case, library: Library, scale: float) -> Figures:
        if library is A:
            raise run.MeasurementError("it broke")
        return {case.figure: 1.0}

    monkeypatch.setattr(run, "measure", measure)
    shown = io.StringIO()
    progress = Progress(shown)
    outcome = run.alternate(choose(["start-up"]), [A, B], 3, 1.0, progress)
    assert outcome.samples == {"start-up": {"b": [1.0, 1.0, 1.0]}}
    assert outcome.failures == ["start-up, a: it broke"]
    assert shown.getvalue().count("FAILED") == 1
    assert progress.done == progress.total == 6


def test_worker_without_its_library_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(run.MeasurementError, match="a worker ended"):
        run.measure(choose(["push-pull tcp 16"])[0], Library("ghost", "ghost"), 0.001)
    assert "KeyError" in capfd.readouterr().err


def test_worker_past_its_time_is_an_error() -> None:
    with subprocess.Popen(SLEEP, text=True) as process:
        with pytest.raises(run.MeasurementError, match="did not end within"):
            run.wait_for([process], [process], monotonic() - 1)
        process.kill()


def test_worker_that_fails_ends_the_wait_for_the_others() -> None:
    failing = [sys.executable, "-c", "raise SystemExit(3)"]
    with subprocess.Popen(SLEEP, text=True) as process, subprocess.Popen(failing, text=True) as other:
        with pytest.raises(run.MeasurementError, match="ended with 3"):
            run.wait_for([process], [process, other], monotonic() + 30)
        process.kill()


def test_worker_ends_with_its_input() -> None:
    """Whoever starts it may be killed; a worker does not stay behind."""
    case, library = choose(["push-pull tcp 16"])[0], LIBRARIES["zerowire plain"]
    with run.worker(case, library, "0", 0.001, "tcp://127.0.0.1:*") as process:
        run.give(process, [])
        assert run.read_line(process)[0].startswith("tcp://")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 1


def test_library_that_cannot_start_is_missing() -> None:
    assert why_missing(Library("ghost", "ghost", "import ghost")) == (
        "ModuleNotFoundError: No module named 'ghost'"
    )
    assert why_missing(LIBRARIES["zerowire plain"]) is None


@pytest.mark.parametrize(
    ("source", "is_there"),
    [
        ("", False),
        ("def build_info(): return {'compiled': []}", False),
        ("def build_info(): return {'compiled': ['zerowire.message']}", True),
    ],
)
def test_compiled_library_is_there_when_it_says_so(
    source: str, is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "zerowire"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "library.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert (why_missing(LIBRARIES["zerowire"]) is None) == is_there


def test_default_is_what_has_a_goal_and_what_comes_with_it() -> None:
    names = [case.name for case in choose([])]
    assert "round trip tcp p50" in names
    assert "round trip tcp p99.9" in names  # from the same measurement
    assert "connections 10000 peers" not in names


def test_page_on_performance_speaks_of_every_case() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert [case.name for case in CASES if f"`{case.name.split(' ')[0]}" not in page] == []


def test_names_of_cases_differ() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_progress_rewrites_its_line_on_a_terminal() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        progress = Progress(stream)
        progress.total = 2
        for _ in range(2):
            progress.begin("a case", "1/1", "a library")
            progress.end("5 msg/s")
        progress.close()
    assert "\n" not in terminal.getvalue()
    assert "] 1/2 " in terminal.getvalue()
    assert file.getvalue().count("\n") == 2
    assert "2/2 a case" in file.getvalue()
