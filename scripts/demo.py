"""Show the example programs at work, and check what they say. It is what `zerowire demo` does.

    make demo
    make demo ARGS="pipeline pair"      only these scenes

It needs Python alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zerowire.cli.demo.scenes import SCENES, play_all
from zerowire.cli.demo.stage import Failed

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(description="Show the example programs at work.")
    parser.add_argument("scenes", nargs="*", metavar="scene", help=", ".join(SCENES))
    parser.add_argument("--examples", type=Path, default=ROOT / "examples", help="another folder of programs")
    options = parser.parse_args()
    try:
        return play_all(options.scenes, options.examples)
    except Failed as failure:
        parser.error(str(failure))


if __name__ == "__main__":
    sys.exit(main())
