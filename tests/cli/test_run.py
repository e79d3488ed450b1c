"""zerowire run: Python, with ZeroWire as its zmq. In real processes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.conftest import Run
from zerowire.api.library import pyzmq_version
from zerowire.cli.run import FOLDER, environment_of, isolating_option, started_with

RUN = ("-m", "zerowire", "run")

DESCRIBE = """
import json, os, sys
print(json.dumps({
    "argv": sys.argv,
    "name": __name__,
    "file": globals().get("__file__"),
    "package": __package__,
    "spec": __spec__ and __spec__.name,
    "first": sys.path[0],
    "flags": str(sys.flags),
    "here": os.getcwd(),
    "main": sys.modules["__main__"].__dict__ is globals(),
    "names": sorted(globals()),
}))
"""
PROGRAMS = {
    "script": ("app.py", "a", "-b"),
    "module": ("-m", "app", "run", "-m"),
    "package": ("-m", "pack", "--flag"),
    "folder": ("pack", "x"),
    "code": ("-c", DESCRIBE, "-c"),
    "standard input": ("-", "y"),
    "options": ("-X", "dev", "-W", "error", "-OO", "app.py"),
}
ENDS = {
    "of itself": "print('done')",
    "exit code": "import sys; sys.exit(3)",
    "text": "raise SystemExit('no')",
    "exception": "def f():\n    1 / 0\n\nf()",
    "syntax": "a b",
    "Ctrl+C": "raise KeyboardInterrupt",
    "signal": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "excepthook": "import sys; sys.excepthook = lambda *_: print('hooked'); boom",
    "atexit": "import atexit; atexit.register(print, 'bye'); raise SystemExit(4)",
}


@pytest.mark.parametrize("words", PROGRAMS.values(), ids=PROGRAMS)
def test_program_sees_what_it_sees_under_python(start: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "app.py").write_text(DESCRIBE)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").touch()
    (tmp_path / "pack" / "__main__.py").write_text(DESCRIBE)
    plain = start(*words, stdin=DESCRIBE)
    ours = start(*RUN, *words, stdin=DESCRIBE)
    assert plain.returncode == ours.returncode == 0
    assert json.loads(ours.stdout) == json.loads(plain.stdout)


@pytest.mark.parametrize("source", ENDS.values(), ids=ENDS)
def test_program_ends_as_under_python(start: Run, tmp_path: Path, source: str) -> None:
    """Exit code or signal, and what is printed, tracebacks included."""
    (tmp_path / "app.py").write_text(source)
    plain, ours = start("app.py"), start(*RUN, "app.py")
    assert (ours.returncode, ours.stdout, ours.stderr) == (plain.returncode, plain.stdout, plain.stderr)


def test_zmq_is_zerowire(start: Run, python: str) -> None:
    """Section 7.1; whether pyzmq is installed or not."""
    code = """
        import importlib, sys
        import zmq, zmq.devices, zerowire
        from zmq.utils import monitor
        import zmq.utils.monitor
        assert zmq is zerowire is sys.modules["zmq"]
        assert zmq.devices is importlib.import_module("zerowire.devices")
        assert monitor is sys.modules["zerowire.utils.monitor"] is sys.modules["zmq.utils.monitor"]
        assert zmq.Socket is zmq.sugar.socket.Socket is zmq.backend.Socket is zerowire.Socket
        print(zmq.__version__, zmq.zerowire_version())
    """
    done = start(*RUN, "-c", dedent(code), python=python)
    assert done.stderr == ""
    assert done.stdout.split()[0] == pyzmq_version()


def test_pyzmq_seems_to_be_installed(start: Run, python: str) -> None:
    """What asks for a distribution finds the version whose interface this is."""
    code = """
        from importlib.metadata import distribution, requires, version
        print(version("pyzmq"), version("PyZMQ"), distribution("pyzmq").metadata["Name"], requires("pyzmq"))
    """
    done = start(*RUN, "-c", dedent(code), python=python)
    assert done.stderr == ""
    assert done.stdout.split() == [pyzmq_version(), pyzmq_version(), "pyzmq", "None"]


def test_children_find_zerowire_too(start: Run, tmp_path: Path, python: str) -> None:
    """By subprocess, and by multiprocessing with all its start methods."""
    program = """
        import multiprocessing, subprocess, sys
        import zmq

        def name() -> str:
            return zmq.__name__

        if __name__ == "__main__":
            for method in multiprocessing.get_all_start_methods():
                with multiprocessing.get_context(method).Pool(1) as pool:
                    print(method, pool.apply(name))
            code = "import zmq; print('subprocess', zmq.__name__)"
            print(subprocess.check_output([sys.executable, "-c", code], text=True), end="")
    """
    (tmp_path / "app.py").write_text(dedent(program))
    done = start(*RUN, "app.py", python=python)
    assert done.stderr == ""
    found = dict(line.split() for line in done.stdout.splitlines())
    assert {"spawn", "subprocess"} <= set(found)
    assert set(found.values()) == {"zerowire"}


def test_module_of_zmq_runs_as_a_program(start: Run) -> None:
    """python -m zmq.x."""
    done = start(*RUN, "-m", "zmq.log", "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage:")


def test_sitecustomize_that_was_there_still_runs(start: Run, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text("mark = 'the other one'")
    code = "import sitecustomize, zmq; print(sitecustomize.mark, zmq.__name__)"
    done = start(*RUN, "-c", code, PYTHONPATH=str(tmp_path / "site"))
    assert done.stdout == "the other one zerowire\n"


def test_python_that_needs_no_zmq_loads_none_of_it(start: Run) -> None:
    code = "import sys; print([name for name in sys.modules if name.startswith(('zerowire', 'zmq'))])"
    assert start(*RUN, "-c", code).stdout == "[]\n"


def test_module_that_does_not_exist_is_missing_under_its_own_name(start: Run) -> None:
    done = start(*RUN, "-c", "import zmq.nonsense")
    assert done.stderr.endswith("ModuleNotFoundError: No module named 'zmq.nonsense'\n")


def test_options_of_python_are_kept(start: Run) -> None:
    code = "import sys; print(sys.flags.dev_mode, sys.dont_write_bytecode, sys.argv)"
    done = start("-X", "dev", "-Bm", "zerowire", "run", "-c", code, "x")
    assert done.stdout == "True True ['-c', 'x']\n"


@pytest.mark.parametrize("option", ["-I", "-E", "-S"])
def test_python_that_would_not_look_for_zmq_is_refused(start: Run, option: str) -> None:
    """It would find pyzmq, or nothing, and nobody would know why."""
    done = start(*RUN, option, "-c", "print('started')")
    assert (done.returncode, done.stdout) == (2, "")
    assert option in done.stderr


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["-I"], "-I"),
        (["-bE", "app.py"], "-E"),
        (["-W", "error", "-S"], "-S"),
        (["-X", "importtime", "app.py", "-I"], None),
        (["-Werror", "-m", "app", "-I"], None),
        (["-c", "code", "-I"], None),
        (["-", "-I"], None),
        ([], None),
    ],
)
def test_isolating_option_is_one_of_python_not_of_the_program(options: list[str], found: str | None) -> None:
    assert isolating_option(options) == found


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (["python", "-m", "zerowire"], []),
        (["python", "-um", "zerowire"], ["-u"]),
        (["python", "-W", "error", "-m", "zerowire"], ["-W", "error"]),
        (["python", "/bin/zerowire"], []),
        (["python", "-u", "/bin/zerowire"], ["-u"]),
    ],
)
def test_started_with_leaves_the_options_of_python(command: list[str], options: list[str]) -> None:
    assert started_with(command, 0) == options
    assert started_with([*command, "run", "app.py"], 2) == options


def test_path_of_the_environment_is_kept() -> None:
    assert environment_of({"A": "b"}) == {"A": "b", "PYTHONPATH": str(FOLDER)}
    changed = environment_of({"PYTHONPATH": "x"})
    assert changed["PYTHONPATH"].split(os.pathsep) == [str(FOLDER), "x"]
