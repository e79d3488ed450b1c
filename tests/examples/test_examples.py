"""The example programs, as processes: ZeroWire at both ends, and libzmq at either end."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from zerowire.cli.demo.scenes import SCENES
from zerowire.cli.demo.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(path.name for path in EXAMPLES.glob("*.py"))
IMPORT = "import zerowire as zmq\n"


def source() -> Path:
    """Return the folder that holds the package under test."""
    spec = importlib.util.find_spec("zerowire")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[1]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The programs as they are, and a copy that imports pyzmq."""
    copy = tmp_path_factory.mktemp("libzmq")
    for name in PROGRAMS:
        text = (EXAMPLES / name).read_text()
        (copy / name).write_text(text.replace("import zerowire as zmq", "import zmq"))
    return {"zerowire": EXAMPLES, "libzmq": copy}


@pytest.fixture
def alone() -> Iterator[Stage]:
    """A stage for programs that meet nobody."""
    with Stage(EXAMPLES, EXAMPLES, source()) as stage:
        yield stage


@pytest.mark.parametrize(
    ("binder", "connecter"),
    [("zerowire", "zerowire"), ("zerowire", "libzmq"), ("libzmq", "zerowire")],
    ids=["zerowire-zerowire", "zerowire-libzmq", "libzmq-zerowire"],
)
@pytest.mark.parametrize("scene", SCENES)
def test_scene_plays_between_libraries(
    scene: str, binder: str, connecter: str, folders: dict[str, Path]
) -> None:
    """P-1 to P-7: messages arrive complete, in order and at the right program."""
    if "libzmq" in (binder, connecter) and importlib.util.find_spec("zmq") is None:
        pytest.skip("pyzmq is not installed: there is no libzmq to talk to")
    with Stage(folders[binder], folders[connecter], source()) as stage:
        SCENES[scene](stage)
        assert stage.programs


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_without_a_peer_ends_cleanly_at_ctrl_c(name: str, alone: Stage) -> None:
    """The program waits for a peer that never comes; Ctrl+C ends it without a traceback."""
    program = alone.bind(name, *(alone.port() for _ in range(ports_of(name))))
    program.interrupt()
    assert program.lines[-1] == "Stopped"
    assert not program.said("Traceback")


def ports_of(name: str) -> int:
    """Tell how many TCP ports a program is given: a device two."""
    if name.startswith("multicast_"):
        return 0
    return 2 if name in {"streamer.py", "forwarder.py", "queue.py"} else 1


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_short_and_names_its_library_once(name: str) -> None:
    """One import line to change turns a pyzmq program into a ZeroWire program."""
    text = (EXAMPLES / name).read_text()
    assert text.count(IMPORT) == 1
    assert len(text.splitlines()) <= 60


def test_queue_program_does_not_hide_the_standard_module() -> None:
    """A library that is used by a program in the folder still finds the standard "queue"."""
    code = "import queue, concurrent.futures.thread; print(queue.__name__, queue.LifoQueue(1).maxsize)"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=EXAMPLES, check=True, capture_output=True, encoding="utf-8"
    )
    assert said.stdout.split() == ["queue", "1"]
