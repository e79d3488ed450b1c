"""One process of a measurement: python -m benchmarks.worker CASE LIBRARY ROLE SCALE PLACE.

ROLE is a number, or "all" for a thread each. Reads from its input the endpoints that the
process before it has announced; writes its own, unless it is the last, and then its figures,
each a line of JSON. One more line of input says that the first process has its figures.
It ends when its input does, and after LIMIT seconds.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from benchmarks.cases import CASES
from benchmarks.libraries import LIBRARIES
from benchmarks.workloads.work import Figures, Role, Work

LIMIT = 120.0  # seconds

Make = Callable[[list[str], Callable[[list[str]], None], Callable[[], object]], Work]


def main(name: str, library: str, role: str, scale: str, place: str) -> None:
    """Do one role, or all of them."""
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    case = next(case for case in CASES if case.name == name)
    module = LIBRARIES[library].module
    zmq: Any = importlib.import_module(module) if module else None
    with zmq.Context() if zmq else nullcontext() as context:

        def make(
            targets: list[str], tell_next: Callable[[list[str]], None], stay: Callable[[], object]
        ) -> Work:
            count, peers = case.scaled_count(float(scale)), case.scaled_peers(float(scale))
            names = (zmq, context, module, place, targets, tell_next, stay)
            return Work(*names, case.size, count, peers, case.rate, case.parts)

        roles = case.roles(LIBRARIES[library])
        if role == "all":
            figures = in_threads(roles, make)
        else:
            figures = in_process(roles[int(role)], make)
    tell(figures)


def in_process(role: Role, make: Make) -> Figures:
    """Do one role."""
    targets = json.loads(sys.stdin.readline())
    is_over = Event()
    Thread(target=follow_input, args=(is_over,), daemon=True).start()
    return role(make(targets, tell, is_over.wait))


def in_threads(roles: tuple[Role, ...], make: Make) -> Figures:
    """Do all roles, for inproc: the last one in this thread."""
    figures: Figures = {}
    announced: SimpleQueue[list[str]] = SimpleQueue()
    announced.put(json.loads(sys.stdin.readline()))
    Thread(target=follow_input, args=(Event(),), daemon=True).start()

    def run(role: Role, work: Work) -> None:
        figures.update(role(work))

    threads = []
    for role in roles[:-1]:
        threads.append(Thread(target=run, args=(role, make(announced.get(), announced.put, bool))))
        threads[-1].start()
    run(roles[-1], make(announced.get(), announced.put, bool))
    for thread in threads:
        thread.join()
    return figures


def follow_input(is_over: Event) -> None:
    """Say when the measurement is over; end this process when the one that started it has gone."""
    while os.read(sys.stdin.fileno(), 1):
        is_over.set()
    os._exit(1)


def tell(value: object) -> None:
    """Write a line for the process that started this one."""
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
