"""A pool of workers, of whom one may die: PUSH/PULL there and back, and nothing is lost.

    python worker_pool.py                                                           the story in short
    python worker_pool.py boss tcp://127.0.0.1:5611 tcp://127.0.0.1:5612
    python worker_pool.py worker tcp://127.0.0.1:5611 tcp://127.0.0.1:5612 Anna     as often as you like

The boss is ventilator and sink in one: he hands out tasks, and collects results. A worker who
dies takes the tasks with him that were on the way to him. The boss knows what is missing, so
when no result has come for a while he hands that out once more. A result that comes twice
counts once.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import zerowire as zmq

PATIENCE = 500
"""Milliseconds without a result until a worker must have died; a task takes much less."""


def collect(work: zmq.Socket, sink: zmq.Socket, count: int) -> Iterator[tuple[str, int, int]]:
    """Hand out tasks, and yield the worker, the number and the result of each."""
    missing = set(range(1, count + 1))
    hand_out(work, missing)
    while missing:
        if not sink.poll(PATIENCE):
            hand_out(work, missing)
            continue
        name, task, result = sink.recv_multipart()
        if int(task) in missing:
            missing.remove(int(task))
            yield name.decode(), int(task), int(result)


def hand_out(work: zmq.Socket, tasks: set[int]) -> None:
    """Send tasks to the workers, who take turns; wait if there are none."""
    for task in sorted(tasks):
        work.send(b"%d" % task)


def boss(work_at: str, sink_at: str, count: str = "100") -> None:
    """Have the squares of so many numbers computed, and add them up."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as work, context.socket(zmq.PULL) as sink:
        work.setsockopt(zmq.LINGER, 0)  # what was handed out twice need not reach anybody
        work.bind(work_at)
        sink.bind(sink_at)
        print("The boss is ready")
        total = 0
        for name, task, result in collect(work, sink, int(count)):
            print(f"Result: {result}, task {task}, by {name}")
            total += result
        print(f"Total: {total}")


def worker(work_at: str, sink_at: str, name: str = "Worker", pause: str = "0.02") -> None:
    """Square numbers for ever; each takes some seconds."""
    with zmq.Context() as context, context.socket(zmq.PULL) as work, context.socket(zmq.PUSH) as sink:
        sink.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a boss who has gone
        sink.connect(sink_at)
        work.connect(work_at)
        print(f"{name} is ready")
        while True:
            task = int(work.recv())
            time.sleep(float(pause))  # hard work
            sink.send_multipart([name.encode(), b"%d" % task, b"%d" % task**2])


def demo() -> None:
    """Let three workers share 30 tasks, and kill one of them after her first result."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        context = stack.enter_context(zmq.Context())
        work, sink = (stack.enter_context(context.socket(kind)) for kind in (zmq.PUSH, zmq.PULL))
        endpoints = [f"ipc://{folder}/work", f"ipc://{folder}/sink"]
        work.setsockopt(zmq.LINGER, 0)
        work.bind(endpoints[0])
        sink.bind(endpoints[1])

        def start(name: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, __file__, "worker", *endpoints, name], stdout=subprocess.DEVNULL
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        pool = {name: start(name) for name in ("Anna", "Ben", "Cleo")}
        work.wait_for_peers(3)  # or the first to come would get all of it
        print("Anna, Ben and Cleo share 30 tasks")
        results = {}
        for name, task, result in collect(work, sink, 30):
            results[task] = result
            if name == "Cleo" and pool["Cleo"].poll() is None:
                pool["Cleo"].kill()
                pool["Cleo"].wait()
                print("Cleo is killed, with tasks in her hands")
        print(f"{len(results)} tasks are done, and the squares add up to {sum(results.values())}")


ROLES: dict[str, Callable[..., None]] = {"boss": boss, "worker": worker, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
