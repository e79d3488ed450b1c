"""Measure ZeroWire beside pyzmq and bare sockets; keep tables and plots in results/."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks import report, table
from benchmarks.cases import CASES, ITSELF, Case, choose
from benchmarks.libraries import BASELINE, LIBRARIES, Library, why_missing
from benchmarks.progress import Progress
from benchmarks.run import alternate

ROUNDS = 5


def arguments() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "cases", nargs="*", help="parts of case names; without any, the cases that have a goal"
    )
    parser.add_argument("--all", action="store_true", help="every case")
    parser.add_argument("--list", action="store_true", help="show the cases and leave")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="measurements of each library (%(default)s)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of messages (%(default)s)")
    parser.add_argument("--libraries", nargs="+", choices=LIBRARIES, default=list(LIBRARIES))
    parser.add_argument(
        "--results", type=Path, default=report.FOLDER, help="where to write (benchmarks/results)"
    )
    return parser.parse_args()


def show(case: Case) -> str:
    """Return a case and its goals as a line."""
    sign = ">=" if case.higher_is_better else "<="
    goals = [f"{goal.library} {sign} {goal.wanted:g} of {goal.to}" for goal in case.goals]
    return f"{case.name:40} {case.unit:9} {', '.join(goals).replace(f' of {ITSELF}', '')}".rstrip()


def present(names: list[str]) -> tuple[list[Library], list[str]]:
    """Return the libraries that are there, and a line for each that is not."""
    reasons = {name: why_missing(LIBRARIES[name]) for name in names}
    there = [LIBRARIES[name] for name, reason in reasons.items() if reason is None]
    return there, [f"{name} is left out: {reason}" for name, reason in reasons.items() if reason]


def main() -> int:
    """Measure what was asked for; return 1 if something could not be measured."""
    asked = arguments()
    if asked.list:
        print("\n".join(map(show, CASES)))
        return 0
    cases = list(CASES) if asked.all else choose(asked.cases)
    if not cases:
        raise SystemExit("no case has such a name; --list shows them")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that workers are ended on the way out
    libraries, remarks = present(asked.libraries)
    for remark in remarks:
        print(remark, file=sys.stderr)
    progress = Progress(sys.stderr)
    try:
        outcome = alternate(cases, libraries, asked.rounds, asked.scale, progress)
    finally:
        progress.close()
    remarks += [f"failed: {failure}" for failure in outcome.failures]
    rows = report.rows_of(cases, outcome)
    report.write(rows, asked.rounds, asked.scale, remarks, asked.results)
    print(f"{table.goals(rows)}\n\n{table.figures(rows)}\n")
    print(f"median (least - most) xRATIO to {BASELINE}; + more is better, - less is better")
    for remark in remarks:
        print(remark)
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
