"""Run pyzmq's own tests on ZeroWire: as the module zmq, and under pyzmq's Python layer.

    scripts/conformance.py [--python PROGRAM] [--way run|backend|pyzmq] [test_file.py ...]

The tests come from pyzmq's source distribution. What does not hold here is listed, with the
reason, in tests/pyzmq_differences.toml. Exits with 1 if another test fails, or if what is
listed there does not fail any more. `--way pyzmq` shows how they fare with libzmq.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "build" / "conformance"
DIFFERENCES = ROOT / "tests" / "pyzmq_differences.toml"

VERSION = "27.3.0"
REQUIRED = (
    f"pyzmq=={VERSION}",
    "PyNaCl>=1.6",
    "gevent",
    "numpy",
    "pytest>=8.3",
    "pytest-asyncio>=0.26",
    "pytest-rerunfailures",
    "pytest-timeout",
    "tornado",
)
PATIENCE_OF_A_TEST = 60
PATIENCE_OF_A_FILE = 600

WAYS = {
    "run": (["-m", "zerowire", "run", "-m", "pytest"], {}),
    "backend": (["-m", "pytest"], {"PYZMQ_BACKEND": "zerowire.pyzmq_backend"}),
    "pyzmq": (["-m", "pytest"], {}),
}
OUTCOMES = ("passed", "failed", "skipped", "n/a")


Ends = dict[str, tuple[str, str]]  # how each test ended, and what it said


@dataclass
class Row:
    """Tests of which the same is known: that they fail here, or do not apply."""

    tests: list[str]
    reason: str
    ways: list[str] = field(default_factory=lambda: ["run", "backend"])
    python: list[str] = field(default_factory=list)  # the versions it holds for, if not for all
    sometimes: bool = False  # whether they may as well pass

    def patterns(self) -> list[re.Pattern[str]]:
        """Return what matches the names of its tests, one for each line."""
        return [re.compile(re.escape(text).replace(r"\*", ".*")) for text in self.tests]


@dataclass
class Differences:
    """What does not hold here."""

    failing: list[Row]
    left_out: list[Row]

    @classmethod
    def load(cls, way: str, version: str, path: Path = DIFFERENCES) -> Differences:
        """Read those of a way to run, and of a version of Python."""
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        failing, left_out = (
            [
                row
                for row in (Row(**fields) for fields in table.get(name, []))
                if way in row.ways and version in (row.python or [version])
            ]
            for name in ("failing", "not_applicable")
        )
        return cls(failing, left_out)

    def pattern_of_left_out(self) -> str:
        """Return a regular expression for the tests that do not apply."""
        return "|".join(each.pattern for row in self.left_out for each in row.patterns()) or "(?!)"

    def faults(self, ends: Ends) -> list[str]:
        """Return what is wrong: tests that fail and should not, lines that are not needed any more."""
        failed = {name for name, (outcome, _) in ends.items() if outcome == "failed"}
        passed = {name for name, (outcome, _) in ends.items() if outcome == "passed"}
        expected = [pattern for row in self.failing for pattern in row.patterns()]
        certain = [pattern for row in self.failing if not row.sometimes for pattern in row.patterns()]
        unexpected = [
            f"{name} fails\n{ends[name][1]}"
            for name in sorted(failed)
            if not any(each.fullmatch(name) for each in expected)
        ]
        stale = [
            f"no test fails any more that matches {each.pattern}"
            for each in certain
            if any(map(each.fullmatch, passed)) and not any(map(each.fullmatch, failed))
        ]
        return unexpected + stale


# -- what is needed ----------------------------------------------------------------------------------


def unpack_tests(python: Path) -> Path:
    """Return a folder with pyzmq's tests, and nothing else of pyzmq."""
    folder = CACHE / f"pyzmq-{VERSION}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        options = ["--no-deps", "--no-binary", "pyzmq", "--dest", str(CACHE)]
        pip(python, "download", *options, f"pyzmq=={VERSION}")
        with tarfile.open(CACHE / f"pyzmq-{VERSION}.tar.gz") as archive:
            wanted = [
                member
                for member in archive.getmembers()
                if re.match(rf"{folder.name}/(tests/|pytest\.ini$)", member.name)
            ]
            if hasattr(tarfile, "data_filter"):
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(CACHE, wanted)
    return folder


def version_of(python: Path) -> str:
    """Return the version of a Python, as in 3.11."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([str(python), "-c", code], text=True).strip()


def make_environment(python: Path, version: str) -> Path:
    """Return the Python of a virtual environment that has ZeroWire's source, and what tests need."""
    folder = CACHE / f"python{version}"
    ready = folder / "ready"
    wanted = "\n".join(REQUIRED)
    made = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not ready.exists() or ready.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([str(python), "-m", "venv", str(folder)], check=True)
        pip(made, "install", *REQUIRED)
        (site,) = folder.glob("**/site-packages")
        (site / "zerowire.pth").write_text(f"{ROOT / 'src'}\n")
        ready.write_text(wanted)
    return made


def pip(python: Path, *arguments: str) -> None:
    """Call pip."""
    command, *options = arguments
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([str(python), "-m", "pip", command, *quiet, *options], check=True)


# -- the run -----------------------------------------------------------------------------------------


def run_file(python: Path, way: str, file: Path, left_out: str) -> Ends:
    """Run the tests of one file in a process of their own."""
    record = CACHE / "record.jsonl"
    record.unlink(missing_ok=True)
    start, changes = WAYS[way]
    scripts = str(Path(__file__).parent)
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYZMQ_BACKEND")},
        **changes,
        "PYTHONPATH": scripts,
        "CONFORMANCE_RECORD": str(record),
        "CONFORMANCE_LEFT_OUT": left_out,
    }
    options = ["-p", "conformance_plugin", f"--timeout={PATIENCE_OF_A_TEST}", "-q", "--no-header"]
    command = [str(python), *start, *options, str(file.relative_to(file.parents[1]))]
    said = record.with_name("output.txt")
    with said.open("wb") as output:
        try:
            code = subprocess.run(
                command,
                cwd=file.parents[1],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE_OF_A_FILE,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
    ends = read_record(record)
    if code not in (0, 1, 5):  # all passed, some failed, none was left to run
        ends[f"{file.name}::(process)"] = "failed", f"ended with {code}: {last_words(said)}"
    return ends


def read_record(record: Path) -> Ends:
    """Read what the plugin wrote down."""
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    return {name: (outcome, text) for name, outcome, text in map(json.loads, lines)}


def last_words(said: Path) -> str:
    """Return the end of what a process said."""
    return said.read_text(encoding="utf-8", errors="replace")[-3000:]


def main() -> int:
    """Run the tests and print how they ended."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="the Python to run them on")
    parser.add_argument("--way", choices=WAYS, action="append", help="the default is run and backend")
    parser.add_argument("files", nargs="*", help="names of test files; the default is all")
    arguments = parser.parse_args()
    version = version_of(arguments.python)
    python = make_environment(arguments.python, version)
    ways = {way: Differences.load(way, version) for way in arguments.way or ["run", "backend"]}
    about = subprocess.check_output([str(python), "-m", "zerowire"], text=True)
    print(about.splitlines()[0])
    ends = run_files(python, unpack_tests(python), arguments.files, ways)
    faults = [f"{way}: {fault}" for way in ways for fault in ways[way].faults(ends[way])]
    print(*faults, sep="\n\n")
    return 1 if faults else 0


def run_files(
    python: Path, folder: Path, names: Sequence[str], ways: dict[str, Differences]
) -> dict[str, Ends]:
    """Run the tests of some files, or all, in each way; print a table, and return how they ended."""
    print(f"{'':28}" + "   ".join(f"{way:^36}" for way in ways))
    print(f"{'':28}" + "   ".join(["".join(f"{outcome:>9}" for outcome in OUTCOMES)] * len(ways)))
    ends: dict[str, Ends] = {way: {} for way in ways}
    for file in sorted(folder.glob("tests/test_*.py")):
        if names and file.name not in names:
            continue
        found = {way: run_file(python, way, file, ways[way].pattern_of_left_out()) for way in ways}
        print_row(file.name, list(found.values()))
        for way in ways:
            ends[way] |= found[way]
    print_row("", list(ends.values()))
    return ends


def print_row(name: str, ends: Sequence[Ends]) -> None:
    """Print a line of the table."""
    counts = [Counter(outcome for outcome, _ in each.values()) for each in ends]
    cells = ["".join(f"{count[outcome] or '.':>9}" for outcome in OUTCOMES) for count in counts]
    print(f"{name:28}" + "   ".join(cells), flush=True)


if __name__ == "__main__":
    sys.exit(main())
