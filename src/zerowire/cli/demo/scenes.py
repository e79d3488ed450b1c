"""The scenes of the demo: which example programs play together, and what they should say.

Each scene starts the programs as processes of their own; play() prints what they say and judges it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import zerowire
from zerowire.cli.demo.stage import Failed, Program, Stage, expect, wait_until

SOURCE = Path(zerowire.__file__).resolve().parents[1]  # which the programs import it from, too
Scene = Callable[[Stage], None]


def request_reply(stage: Stage) -> None:
    """REQ/REP: a client asks a server."""
    port = stage.port()
    server = stage.bind("server.py", port, "--count", 5)
    client = stage.connect("client.py", port, "--count", 5)
    client.wait_to_end()
    server.wait_to_end()
    check_replies(client, "client", 5)
    expect(server.said("Received: ") == requests("client", 5), "the server missed a request")


def two_servers(stage: Stage) -> None:
    """REQ/REP: two servers take turns for one client."""
    ports = stage.port(), stage.port()
    servers = [stage.bind("server.py", port) for port in ports]
    client = stage.connect("client.py", *ports, "--count", 10)
    client.wait_to_end()
    for server in servers:
        server.interrupt()
    check_replies(client, "client", 10)
    for server, port in zip(servers, ports, strict=True):
        received = server.said("Received: ")
        expect(len(received) >= 3, f"the server on port {port} had {len(received)} of 10 requests")


def publish_subscribe(stage: Stage) -> None:
    """PUB/SUB: a subscriber hears the topics that begin with 1."""
    port = stage.port()
    subscriber = stage.connect("sub.py", port, "1", "--count", 5)
    publisher = stage.bind("pub.py", port, "--pause", 0.02)
    subscriber.wait_to_end()
    publisher.interrupt()
    check_subscription(subscriber, publisher, "1")


def pipeline(stage: Stage) -> None:
    """PUSH/PULL: a manager shares work between two workers."""
    port = stage.port()
    workers = [stage.connect("worker_1.py", port, "--name", name) for name in ("Anna", "Ben")]
    manager = stage.bind("manager.py", port, "--count", 20)
    manager.wait_to_end()
    check_work(workers, 20)


def pair(stage: Stage) -> None:
    """PAIR: two programs talk, both ways."""
    port = stage.port()
    binder = stage.bind("bind.py", port, "--count", 3)
    connecter = stage.connect("connect.py", port, "--count", 3)
    connecter.wait_to_end()
    binder.wait_to_end()
    expect(binder.said("Heard: ") == [f"remark {n}" for n in (1, 2, 3)], "a remark is missing")
    answers = [f"{word} {n}" for n in (1, 2, 3) for word in ("answer", "question")]
    expect(connecter.said("Heard: ") == answers, "an answer is missing")


def streamer(stage: Stage) -> None:
    """Streamer device: a manager, the device, two workers."""
    front, back = stage.port(), stage.port()
    device = stage.bind("streamer.py", front, back)
    workers = [stage.connect("worker_1.py", back, "--name", name) for name in ("Anna", "Ben")]
    manager = stage.connect("manager.py", front, "--connect", "--count", 20)
    manager.wait_to_end()
    check_work(workers, 20)
    device.interrupt()


def forwarder(stage: Stage) -> None:
    """Forwarder device: a publisher, the device, two subscribers."""
    front, back = stage.port(), stage.port()
    device = stage.bind("forwarder.py", front, back)
    topics = "1", "2"
    subscribers = [stage.connect("sub.py", back, topic, "--count", 4) for topic in topics]
    publisher = stage.connect("pub.py", front, "--connect", "--pause", 0.02)
    for subscriber in subscribers:
        subscriber.wait_to_end()
    publisher.interrupt()
    device.interrupt()
    for subscriber, topic in zip(subscribers, topics, strict=True):
        check_subscription(subscriber, publisher, topic)


def queue(stage: Stage) -> None:
    """Queue device: two clients, the device, two servers."""
    front, back = stage.port(), stage.port()
    device = stage.bind("queue.py", front, back)
    servers = [stage.connect("server.py", back, "--connect") for _ in range(2)]
    asked = 0
    while asked == 0 or not all(server.said("Received: ") for server in servers):
        expect(asked < 100, "one of the servers never had a request")
        ask_together(stage, front, ("Anna", "Ben"), 5)
        asked += 10
    for program in (*servers, device):
        program.interrupt()
    served = sum(len(server.said("Received: ")) for server in servers)
    expect(served == asked, f"the servers had {served} requests, and {asked} were sent")


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        request_reply,
        two_servers,
        publish_subscribe,
        pipeline,
        pair,
        streamer,
        forwarder,
        queue,
    )
}


def ask_together(stage: Stage, port: int, names: tuple[str, ...], count: int) -> None:
    """Let clients ask at the same time, and check that each has its own replies."""
    clients = [stage.connect("client.py", port, "--name", name, "--count", count) for name in names]
    for client, name in zip(clients, names, strict=True):
        client.wait_to_end()
        check_replies(client, name, count)


def requests(name: str, count: int) -> list[str]:
    """Return what a client of that name asks."""
    return [f"Hello {number} from {name}" for number in range(1, count + 1)]


def check_replies(client: Program, name: str, count: int) -> None:
    """Check that a client has the reply to each of its requests, in order."""
    answered = [reply.partition(" to: ")[2] for reply in client.said("Received: ")]
    expect(answered == requests(name, count), f"{client.name} has replies to {answered}")


def check_subscription(subscriber: Program, publisher: Program, topic: str) -> None:
    """Check that a subscriber heard its topics without a gap, and nothing else."""
    heard = subscriber.said("Received: ")
    published = publisher.said("Published: ")
    wanted = [message for message in published if message.startswith(topic)]
    expect(heard[0] in wanted, f"{subscriber.name} heard {heard[0]!r}, which nobody published")
    start = wanted.index(heard[0])
    expect(heard == wanted[start : start + len(heard)], f"{subscriber.name} heard {heard} of {wanted}")


def check_work(workers: list[Program], count: int) -> None:
    """Wait until all work is done; check that it was done once, in order and by everybody."""

    def done() -> list[list[int]]:
        return [[int(line.split()[-1]) for line in worker.lines if " did: " in line] for worker in workers]

    wait_until(lambda: sum(map(len, done())) >= count, f"{count} pieces of work")
    for worker in workers:
        worker.interrupt()
    shares = done()
    expect(
        sorted(itertools.chain(*shares)) == list(range(1, count + 1)),
        f"work was lost or done twice: {shares}",
    )
    expect(all(share == sorted(share) for share in shares), f"work came out of order: {shares}")
    expect(min(map(len, shares)) >= count // 4, f"the work was shared unevenly: {shares}")


def play(scene: Scene, examples: Path) -> bool:
    """Run one scene, print what was said and the verdict."""
    print(f"\n=== {(scene.__doc__ or '').rstrip('.')} ===")
    verdict = "PASS"
    started = time.monotonic()
    with Stage(examples, examples, SOURCE) as stage:
        try:
            scene(stage)
        except Failed as failure:
            verdict = f"FAIL: {failure}"
        width = max(len(program.name) for program in stage.programs)
        for program in stage.programs:
            print_transcript(program, width)
    print(f"{verdict} ({time.monotonic() - started:.1f} s)")
    return verdict == "PASS"


def print_transcript(program: Program, width: int, most: int = 12) -> None:
    """Print what a program said; leave out the middle of a long story."""
    lines = program.lines.copy()
    if len(lines) > most:
        lines[most - 4 : -3] = [f"... {len(lines) - most + 1} lines more ..."]
    for line in lines:
        print(f"  {program.name:{width}} | {line}")


def play_all(names: Sequence[str], examples: Path) -> int:
    """Play these scenes, or all; return the exit code: 0 when every scene passed.

    Raises:
        Failed: There is no such scene.
    """
    chosen = scenes_called(names)
    passed = [name for name in chosen if play(SCENES[name], examples)]
    print(f"\n{len(passed)} of {len(chosen)} scenes passed")
    return 0 if passed == chosen else 1


def scenes_called(names: Sequence[str]) -> list[str]:
    """Return the names of these scenes, or of all.

    Raises:
        Failed: There is no such scene.
    """
    if unknown := set(names) - set(SCENES):
        raise Failed(f"no such scene: {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    return list(names) or list(SCENES)
