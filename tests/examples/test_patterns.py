"""The programs of examples/patterns: their stories, their roles on libzmq, and what they survive."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest

import zerowire as zmq
from zerowire.cli.demo.stage import PATIENCE, Program, Stage, wait_until

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = ROOT / "examples" / "patterns"
PROGRAMS = sorted(path.name for path in PATTERNS.glob("*.py"))
IMPORT = "import zerowire as zmq\n"
LINES = 200

STORIES = {
    "ticker.py": """\
The cache is ready
Anna comes late, and knows: gold 2401
Anna hears: gold 2402
Ben comes later still, and knows: gold 2402, silver 32
Anna hears: gold 2403
Ben hears: gold 2403, silver 33
""",
    "worker_pool.py": """\
Anna, Ben and Cleo share 30 tasks
Cleo is killed, with tasks in her hands
30 tasks are done, and the squares add up to 9455
""",
    "load_balancer.py": """\
The broker is ready
Anna is ready
A first job is done by Anna
Ben is ready
A long job and five short ones are done, in this order, by Ben, Ben, Ben, Ben, Ben, Anna
Then both are free, and four more jobs are done by Ben, Anna, Ben, Anna
""",
    "paranoid_pirate.py": """\
Anna and Ben are at work
Anna is killed: five more requests are answered by Ben
Anna is started again: Anna and Ben are at work
The queue is killed and started again: Anna and Ben are at work
""",
    "majordomo.py": """\
Is there a service called upper? 404
A request waits for the first worker: HELLO
Is there a service called upper? 200
She is killed, and another does what she was to do: WORLD
""",
    "titanic.py": """\
Three requests are stored: 200 200 200
The store is killed and started again, and knows them: 300 300 300
A worker comes: HELLO WIDE WORLD
The store is killed and started again, and knows the replies: HELLO WIDE WORLD
They are closed: 200 200 200; 0 files are left
""",
    "clone.py": """\
The server is ready
Anna and Ben have heard of three changes: colour=blue, shape=round
Cleo comes late, and knows: colour=blue, shape=round
Two changes later all know: colour=blue, size=XL
""",
    "file_transfer.py": """\
Anna, Ben and Cleo have received 100 chunks each
The sender is killed, with half of the file sent to Dora, and started again
All have the same file: True
""",
    "pipeline_async.py": """\
The service is ready
A hundred calls at once are all answered: waited 0.3
quick: HELLO
slow: waited 0.4
wrong: ZeroDivisionError: integer division or modulo by zero
too slow: no reply in time
after that: waited 0.3
""",
    "chat.py": """\
Anna reads: Here is nobody
Ben reads: Here is Anna
Anna reads: Ben joined
Anna reads: Ben: hello
Anna reads: Cleo joined
Anna reads: Cleo left
Anna reads: Ben left
""",
}

ENDLESS = {
    "ticker.py": ("market {}", "cache {} {}", "watch {} gold"),
    "worker_pool.py": ("boss {} {}", "worker {} {}"),
    "load_balancer.py": ("broker {} {}", "worker {}", "client {} 0"),
    "paranoid_pirate.py": ("queue {} {}", "worker {}", "client {}"),
    "majordomo.py": ("broker {}", "worker {} upper", "client {} upper hello"),
    "titanic.py": ("store {} {folder}", "worker {}"),
    "clone.py": ("server {} {} {}", "watch {} {}"),
    "file_transfer.py": ("sender {} {file}", "receiver {} {folder}/copy"),
    "chat.py": ("room {}",),
    "pipeline_async.py": ("service {}",),
}
"""The roles that do not end by themselves, when they are alone."""


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
        text = (PATTERNS / name).read_text()
        text = text.replace("import zerowire as zmq", "import zmq")
        (copy / name).write_text(text.replace("from zerowire.asyncio", "from zmq.asyncio"))
    return {"zerowire": PATTERNS, "libzmq": copy}


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage for ZeroWire alone."""
    with Stage(PATTERNS, PATTERNS, source()) as stage:
        yield stage


def program(name: str) -> ModuleType:
    """Return an example as a module, to play one of its roles in the test."""
    spec = importlib.util.spec_from_file_location(name, PATTERNS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def endpoints(stage: Stage, count: int) -> list[str]:
    """Return endpoints that nobody uses."""
    return [f"tcp://127.0.0.1:{stage.port()}" for _ in range(count)]


# -- what all of them do -----------------------------------------------------------------------------


def test_each_program_has_its_story_and_its_roles() -> None:
    assert sorted(STORIES) == sorted(ENDLESS) == PROGRAMS


@pytest.mark.parametrize("name", PROGRAMS)
def test_demo_tells_its_story(name: str) -> None:
    """The output is the same each time, nothing is complained about, and no process is left."""
    said = subprocess.run(
        [sys.executable, "-W", "error", str(PATTERNS / name)],
        env=os.environ | {"PYTHONPATH": str(source()), "PYTHONIOENCODING": "utf-8"},
        timeout=PATIENCE,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert (said.stdout, said.stderr, said.returncode) == (STORIES[name], "", 0)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_that_does_not_know_a_role_explains_itself(name: str) -> None:
    said = subprocess.run(
        [sys.executable, str(PATTERNS / name), "--help"],
        env=os.environ | {"PYTHONPATH": str(source())},
        timeout=PATIENCE,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert said.returncode == 1
    assert f"python {name}  " in said.stderr
    assert all(f"python {name} {role.split()[0]} " in said.stderr for role in ENDLESS[name])


@pytest.mark.parametrize(
    ("name", "role"),
    [(name, role) for name in PROGRAMS for role in ENDLESS.get(name, ())],
    ids=lambda text: text.split()[0],
)
def test_role_without_a_peer_ends_cleanly_at_ctrl_c(
    name: str, role: str, stage: Stage, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"content")
    words = role.format(*endpoints(stage, 3), folder=tmp_path, file=tmp_path / "file").split()
    playing = stage.bind(name, *words)
    playing.interrupt()
    assert not playing.said("Traceback")


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_short_and_names_its_library_once(name: str) -> None:
    """One import line to change turns a pyzmq program into a ZeroWire program."""
    text = (PATTERNS / name).read_text()
    assert text.count(IMPORT) == 1
    assert len(text.splitlines()) <= LINES


# -- scenes, with either library in either role ------------------------------------------------------


def ticker(stage: Stage) -> None:
    """XPUB-1, XPUB-2: who comes late knows the last price, and nobody hears one twice."""
    source_at, cache_at = endpoints(stage, 2)
    stage.bind("ticker.py", "market", source_at, 0.02)
    stage.bind("ticker.py", "cache", source_at, cache_at)
    early = stage.connect("ticker.py", "watch", cache_at, "gold")
    early.wait_to_say("Heard: gold", 3)
    late = stage.connect("ticker.py", "watch", cache_at, "gold", "silver")
    late.wait_to_say("Heard: gold", 3)
    early.wait_to_say("Heard: gold", 10)
    for watcher in early, late:
        prices = [int(price) for price in watcher.said("Heard: gold ")]
        assert prices == list(range(prices[0], prices[0] + len(prices)))
    assert not early.said("Heard: silver")
    assert late.said("Heard: silver")


def worker_pool(stage: Stage) -> None:
    """P-3: each task is done."""
    work, sink = endpoints(stage, 2)
    for name in "Anna", "Ben":
        stage.connect("worker_pool.py", "worker", work, sink, name, 0)
    boss = stage.bind("worker_pool.py", "boss", work, sink, 50)
    boss.wait_to_end()
    assert sorted(int(line.split(",")[0]) for line in boss.said("Result: ")) == squares(50)
    assert boss.said("Total: ") == [str(sum(squares(50)))]


def load_balancer(stage: Stage) -> None:
    """ROUTER-1, ROUTER-3: each reply finds the client who asked."""
    front, back = endpoints(stage, 2)
    stage.bind("load_balancer.py", "broker", front, back)
    for name in "Anna", "Ben":
        stage.connect("load_balancer.py", "worker", back, name)
    clients = [stage.connect("load_balancer.py", "client", front, *(["0.01"] * 10)) for _ in range(2)]
    for client in clients:
        client.wait_to_end()
        assert len(client.said("Done by ")) == 10
        assert set(client.said("Done by ")) <= {"Anna", "Ben"}


def paranoid_pirate(stage: Stage) -> None:
    """REQ-1: the replies go back through queue and workers with the number of the request."""
    front, back = endpoints(stage, 2)
    stage.bind("paranoid_pirate.py", "queue", front, back)
    for name in "Anna", "Ben":
        stage.connect("paranoid_pirate.py", "worker", back, name)
    client = stage.connect("paranoid_pirate.py", "client", front, 20)
    client.wait_to_end()
    assert words_replied(client) == [f"WORD {number}" for number in range(1, 21)]


def majordomo(stage: Stage) -> None:
    """RFC 7 and RFC 8: services are found, asked and told apart."""
    (endpoint,) = endpoints(stage, 1)
    stage.bind("majordomo.py", "broker", endpoint)
    assert ask_majordomo(stage, endpoint, "mmi.service", "upper") == ["404"]
    for service in "upper", "title":
        stage.connect("majordomo.py", "worker", endpoint, service)
    assert ask_majordomo(stage, endpoint, "upper", "one", "two") == ["ONE", "TWO"]
    assert ask_majordomo(stage, endpoint, "title", "one") == ["One"]
    assert ask_majordomo(stage, endpoint, "mmi.service", "upper", "lower") == ["200", "404"]
    assert ask_majordomo(stage, endpoint, "mmi.nothing", "upper") == ["501"]


def titanic(stage: Stage) -> None:
    """RFC 9: a request is stored, done and forgotten."""
    (endpoint,) = endpoints(stage, 1)
    with TemporaryDirectory() as folder:
        stage.bind("titanic.py", "store", endpoint, folder)
        assert ask_titanic(stage, endpoint, "first", "hello") == ["Status: 200"]
        stage.connect("titanic.py", "worker", endpoint)
        assert ask_titanic(stage, endpoint, "first") == ["Reply: HELLO"]
        assert os.listdir(folder) == []


def clone(stage: Stage) -> None:
    """RFC 12: who watches from the beginning and who joins late know the same."""
    snapshots, updates, changes = endpoints(stage, 3)
    stage.bind("clone.py", "server", snapshots, updates, changes)
    early = stage.connect("clone.py", "watch", snapshots, updates)
    early.wait_to_say("Known: ")
    for pair in ("colour", "red"), ("shape", "round"), ("colour", "blue"), ("shape",):
        stage.connect("clone.py", "set", changes, *pair).wait_to_end()
    early.wait_to_say("Known: colour=blue", 2)
    late = stage.connect("clone.py", "watch", snapshots, updates)
    late.wait_to_say("Known: ")
    assert early.lines[1:] == [
        "Known: ",
        "Known: colour=red",
        "Known: colour=red, shape=round",
        "Known: colour=blue, shape=round",
        "Known: colour=blue",
    ]
    assert late.lines[1:] == ["Known: colour=blue"]


def file_transfer(stage: Stage) -> None:
    """Two receive the file at once, one of them chunk by chunk."""
    (endpoint,) = endpoints(stage, 1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_bytes(os.urandom(5_000_000))
        stage.bind("file_transfer.py", "sender", endpoint, folder / "file")
        receivers = [
            stage.connect("file_transfer.py", "receiver", endpoint, folder / f"copy {credit}", credit)
            for credit in (1, 8)
        ]
        for receiver in receivers:
            receiver.wait_to_end()
            assert receiver.lines[-1] == "The SHA-256 is right"
        contents = {path.read_bytes() for path in folder.iterdir()}
        assert len(contents) == 1


def pipeline_async(stage: Stage) -> None:
    """Calls overtake each other, and a mistake costs one call."""
    (endpoint,) = endpoints(stage, 1)
    stage.bind("pipeline_async.py", "service", endpoint)
    calls = "wait 0.5", "upper hello", "divide 7 2", "divide 1 0", "nothing"
    client = stage.connect("pipeline_async.py", "client", endpoint, *calls)
    client.wait_to_end()
    assert client.lines[-1] == "wait 0.5: waited 0.5"
    assert sorted(client.lines[1:-1]) == [
        "divide 1 0: ZeroDivisionError: integer division or modulo by zero",
        "divide 7 2: 3",
        "nothing: KeyError: 'nothing'",
        "upper hello: HELLO",
    ]


SCENES: dict[str, Callable[[Stage], None]] = {
    scene.__name__: scene
    for scene in (
        ticker,
        worker_pool,
        load_balancer,
        paranoid_pirate,
        majordomo,
        titanic,
        clone,
        file_transfer,
        pipeline_async,
    )
}


@pytest.mark.parametrize(
    ("binder", "connecter"),
    [("zerowire", "zerowire"), ("zerowire", "libzmq"), ("libzmq", "zerowire")],
    ids=["zerowire-zerowire", "zerowire-libzmq", "libzmq-zerowire"],
)
@pytest.mark.parametrize("scene", SCENES)
def test_scene_plays_between_libraries(
    scene: str, binder: str, connecter: str, folders: dict[str, Path]
) -> None:
    """Each role may be on libzmq: the one that binds, or those that connect."""
    need_libzmq(binder, connecter)
    with Stage(folders[binder], folders[connecter], source()) as stage:
        SCENES[scene](stage)
        assert stage.programs


@pytest.mark.parametrize("library", ["zerowire", "libzmq"])
def test_room_knows_users_who_end(
    library: str, folders: dict[str, Path], stage: Stage, context: zmq.Context
) -> None:
    """DISCONNECT_MSG: a user on libzmq, which has no such option itself, leaves as others do."""
    need_libzmq(library)
    (endpoint,) = endpoints(stage, 1)
    room = stage.bind("chat.py", "room", endpoint)
    with context.socket(zmq.DEALER) as anna:
        program("chat").join(anna, endpoint, "Anna")
        room.wait_to_say("Anna joined")
        said = subprocess.run(
            [sys.executable, str(folders[library] / "chat.py"), "user", endpoint, "Ben"],
            env=os.environ | {"PYTHONPATH": str(source())},
            input="hello\nbye\n",
            timeout=PATIENCE,
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        assert said.stdout.startswith("Hello Ben\n")
        heard = [anna.recv_string() for _ in range(5)]
        assert heard == ["Here is nobody", "Ben joined", "Ben: hello", "Ben: bye", "Ben left"]
    room.wait_to_say("Anna left")
    assert room.lines[1:] == ["Anna joined", *heard[1:], "Anna left"]


# -- what they survive -------------------------------------------------------------------------------


def test_pool_loses_no_task_when_a_worker_is_killed(stage: Stage) -> None:
    """The one who delivers the first result has the others of her tasks in hand."""
    work, sink = endpoints(stage, 2)
    boss = stage.bind("worker_pool.py", "boss", work, sink, 60)
    workers = {
        name: stage.connect("worker_pool.py", "worker", work, sink, name, 0.01) for name in ("Anna", "Ben")
    }
    boss.wait_to_say("Result: ")
    workers[boss.lines[1].rsplit(" ", 1)[1]].kill()
    boss.wait_to_end()
    assert sorted(int(line.split(",")[0]) for line in boss.said("Result: ")) == squares(60)


@pytest.mark.parametrize("victim", ["worker", "queue"])
def test_pirates_lose_no_request(victim: str, stage: Stage) -> None:
    """REQ_RELAXED and REQ_CORRELATE: requests are repeated, and no reply is taken for another."""
    front, back = endpoints(stage, 2)
    queue = stage.bind("paranoid_pirate.py", "queue", front, back)
    anna = stage.connect("paranoid_pirate.py", "worker", back, "Anna", 0.01)
    stage.connect("paranoid_pirate.py", "worker", back, "Ben", 0.01)
    client = stage.connect("paranoid_pirate.py", "client", front, 100)
    client.wait_to_say("Reply: ", 20)
    if victim == "worker":
        anna.kill()
    else:
        queue.kill()
        stage.bind("paranoid_pirate.py", "queue", front, back)
    client.wait_to_end()
    assert words_replied(client) == [f"WORD {number}" for number in range(1, 101)]


@pytest.mark.parametrize("victim", ["worker", "broker"])
def test_majordomo_loses_no_request(victim: str, stage: Stage) -> None:
    (endpoint,) = endpoints(stage, 1)
    broker = stage.bind("majordomo.py", "broker", endpoint)
    workers = [stage.connect("majordomo.py", "worker", endpoint, "upper", 0.01) for _ in range(2)]
    words = [f"word{number}" for number in range(100)]
    client = stage.connect("majordomo.py", "client", endpoint, "upper", *words)
    client.wait_to_say("Reply: ", 20)
    if victim == "worker":
        workers[0].kill()
    else:
        broker.kill()
        stage.bind("majordomo.py", "broker", endpoint)
    client.wait_to_end()
    assert client.said("Reply: ") == [word.upper() for word in words]


def test_titanic_loses_nothing_when_worker_and_store_are_killed(
    stage: Stage, context: zmq.Context, tmp_path: Path
) -> None:
    (endpoint,) = endpoints(stage, 1)
    client = program("titanic")
    store = stage.bind("titanic.py", "store", endpoint, tmp_path)
    names = {f"request{number}": f"word {number}" for number in range(40)}
    with client.connect(context, endpoint) as socket:
        for name, word in names.items():
            assert client.ask(socket, "titanic.request", name, word) == [b"200"]
        workers = [stage.connect("titanic.py", "worker", endpoint, 0.01) for _ in range(2)]
        client.wait(socket, "titanic.reply", "request3")
        workers[0].kill()
        store.kill()
        stage.bind("titanic.py", "store", endpoint, tmp_path)
        replies = [client.wait(socket, "titanic.reply", name)[0] for name in names]
    assert replies == [word.upper() for word in names.values()]


def test_clone_of_many_keys_is_complete(stage: Stage, context: zmq.Context) -> None:
    """ROUTER-3: a snapshot that is longer than a high-water mark is not cut short."""
    snapshots, updates, changes = endpoints(stage, 3)
    stage.bind("clone.py", "server", snapshots, updates, changes)
    with context.socket(zmq.PUSH) as socket:
        socket.connect(changes)
        for number in range(5000):
            socket.send_multipart([b"key%04d" % number, b"%d" % number])
        following = program("clone").Clone(context.socket(zmq.SUB), snapshots, updates)
        with following.updates:
            while len(following.values) < 5000:
                following.follow()
            late = stage.connect("clone.py", "watch", snapshots, updates)
            late.wait_to_say("Known: ")
            assert late.said("Known: ") == [str(following)]


def test_clone_notices_that_the_server_was_started_again(stage: Stage) -> None:
    """SUB-3: the subscription comes again, so the new server says where it stands."""
    snapshots, updates, changes = endpoints(stage, 3)
    server = stage.bind("clone.py", "server", snapshots, updates, changes)
    stage.connect("clone.py", "set", changes, "colour", "red").wait_to_end()
    watcher = stage.connect("clone.py", "watch", snapshots, updates)
    watcher.wait_to_say("Known: colour=red")
    server.kill()
    stage.bind("clone.py", "server", snapshots, updates, changes)
    wait_until(lambda: watcher.lines[-1] == "Known: ", "the watcher did not notice the new server")
    stage.connect("clone.py", "set", changes, "colour", "blue").wait_to_end()
    watcher.wait_to_say("Known: colour=blue")


# -- helpers -----------------------------------------------------------------------------------------


def need_libzmq(*libraries: str) -> None:
    if "libzmq" in libraries and importlib.util.find_spec("zmq") is None:
        pytest.skip("pyzmq is not installed: there is no libzmq to talk to")


def squares(count: int) -> list[int]:
    return [number**2 for number in range(1, count + 1)]


def words_replied(client: Program) -> list[str]:
    """Return what a pirate's client was told, without by whom."""
    return [re.sub(", by .*", "", reply) for reply in client.said("Reply: ")]


def ask_majordomo(stage: Stage, endpoint: str, *words: str) -> list[str]:
    client = stage.connect("majordomo.py", "client", endpoint, *words)
    client.wait_to_end()
    return client.said("Reply: ")


def ask_titanic(stage: Stage, endpoint: str, *words: str) -> list[str]:
    client = stage.connect("titanic.py", "client", endpoint, *words)
    client.wait_to_end()
    return client.lines
