"""python -m benchmarks: measure, print the table of ratios, keep it in results/."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks import report
from benchmarks.cases import BASELINE, CASES, LIBRARIES, choose
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
    parser.add_argument("--results", type=Path, default=report.FOLDER, help="where to write (%(default)s)")
    return parser.parse_args()


def main() -> None:
    """Measure what was asked for."""
    asked = arguments()
    if asked.list:
        for case in CASES:
            print(f"{case.name:28} {case.unit:8}" + ("" if case.goal is None else f"goal {case.goal}"))
        return
    cases = list(CASES) if asked.all else choose(asked.cases)
    if not cases:
        raise SystemExit("no case has such a name; --list shows them")
    libraries = [LIBRARIES[name] for name in asked.libraries]
    samples = alternate(cases, libraries, asked.rounds, asked.scale, lambda line: print(line, flush=True))
    rows = report.rows_of(cases, samples)
    report.write(rows, asked.rounds, asked.results)
    print(f"\n{report.table_of(rows)}\n\nratio: to {BASELINE}; + more is better, - less is better")


if __name__ == "__main__":
    main()
