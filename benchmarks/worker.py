"""One process of a measurement: python -m benchmarks.worker CASE SIDE MODULE COUNT ENDPOINT.

Writes its endpoint, if it binds, and then its figures, a JSON object a line.
"""

from __future__ import annotations

import importlib
import json
import sys
from threading import Thread
from typing import Any

from benchmarks.cases import CASES, Case
from benchmarks.workloads import Work


def main(name: str, side: str, module: str, count: str, endpoint: str) -> None:
    """Do one side, or "both" in two threads."""
    case = next(case for case in CASES if case.name == name)
    zmq = importlib.import_module(module)
    with zmq.Context() as context:
        if side == "both":
            figures = both_sides(case, zmq, context, int(count), endpoint)
        else:
            work = Work(zmq, context, endpoint, side == "bind", tell, case.size, int(count))
            figures = case.function(work)
    tell(figures)


def both_sides(case: Case, zmq: Any, context: Any, count: int, endpoint: str) -> dict[str, float]:
    """Run both sides as threads of this process, for inproc."""
    figures: dict[str, float] = {}

    def run(is_bound: bool) -> None:
        work = Work(zmq, context, endpoint, is_bound, lambda _: None, case.size, count)
        figures.update(case.function(work))

    thread = Thread(target=run, args=(True,))
    thread.start()
    run(False)
    thread.join()
    return figures


def tell(value: object) -> None:
    """Write a line for the process that started this one."""
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
