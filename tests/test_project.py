"""The project as a whole: what import-linter cannot see, budgets, and the wheel."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "zerowire"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEADERS = sorted(PACKAGE.rglob("*.pxd"))

LINES_OF_A_MODULE = 400
LINES_OF_A_LARGE_MODULE = 600
LARGE_MODULES = {
    "zmtp/connection.py",  # one machine: greeting, handshake, traffic
    "engine/socket.py",  # what every front end drives
    "engine/link.py",  # one machine: its two directions share stream, interest and end
    "api/socket.py",  # one method for each of pyzmq's
}
TABLES = {"constants.py"}  # numbers and their names, no logic: as long as the specifications are
LINES_OF_A_FUNCTION = 40
LINES_OF_A_HOT_LOOP = 80  # one a module


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def own_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the modules of ours that a syntax tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("zerowire"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zerowire"):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_cimports(header: str) -> set[str]:
    """Return the modules of ours that a .pxd text takes C types from."""
    found = re.findall(r"^\s*(?:from\s+(zerowire[\w.]*)\s+cimport|cimport\s+(zerowire[\w.]*))", header, re.M)
    modules = {first or second for first, second in found}
    return {name for name in modules if not name.startswith("zerowire.leaf.")}  # which stands below all


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, without its docstring."""
    documented = ast.get_docstring(function) is not None
    start = (function.body[0].end_lineno or 0) if documented else function.lineno
    return (function.end_lineno or 0) - start + 1


# -- layers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_imports_our_modules_at_its_top(path: Path) -> None:
    """An import inside a function dodges a cycle: a class is in the wrong file."""
    hidden = [name for function in functions(ast.parse(path.read_text())) for name in own_imports(function)]
    assert hidden == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "base.py"], ids=name_of)
def test_base_module_imports_no_sibling(path: Path) -> None:
    """Siblings import base.py, and never the other way."""
    folder = ".".join(path.relative_to(PACKAGE.parent).parent.parts)
    assert [name for name in own_imports(ast.parse(path.read_text())) if name.startswith(f"{folder}.")] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_runs_without_a_compiler(path: Path) -> None:
    """C types live in the .pxd: no Python file knows Cython."""
    assert not re.search(r"^\s*(import|from)\s+cython\b", path.read_text(), re.M)


def test_headers_take_c_types_only_from_what_their_modules_import() -> None:
    """import-linter does not read .pxd files, and the layers hold there too."""
    astray = {
        name_of(header): strange
        for header in HEADERS
        if (strange := own_cimports(header.read_text()) - imports_beside(header))
    }
    assert astray == {}


def imports_beside(header: Path) -> set[str]:
    """Return what the module of a .pxd imports; a .pyx is its own module."""
    module = header.with_suffix(".py")
    return set(own_imports(ast.parse(module.read_text()))) if module.exists() else set()


def test_own_cimports_sees_both_spellings() -> None:
    text = "from zerowire.routing.pipe cimport Pipe\ncimport zerowire.zmtp.framing\nfrom libc cimport math"
    assert own_cimports(text) == {"zerowire.routing.pipe", "zerowire.zmtp.framing"}


def fields_in_python(path: Path) -> dict[str, set[str]]:
    """Return what each class of a module sets on itself: its __slots__, or what its methods assign."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            slots = [
                ast.literal_eval(line.value)
                for line in node.body
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "__slots__"
            ]
            found[node.name] = set(slots[0]) if slots else set(assigned_on_self(node))
    return found


def assigned_on_self(node: ast.ClassDef) -> Iterator[str]:
    for target in ast.walk(node):
        if (
            isinstance(target, ast.Attribute)
            and isinstance(target.ctx, ast.Store)
            and ast.unparse(target.value) == "self"
        ):
            yield target.attr


def fields_in_header(path: Path) -> dict[str, set[str]]:
    """Return the fields of each class in a .pxd."""
    found: dict[str, set[str]] = {}
    for line in path.read_text().splitlines():
        if start := re.match(r"cdef class (\w+)", line):
            fields = found[start[1]] = set()
        elif field := re.match(r"    cdef (?:public |readonly )?[\w ]*?[ *](\w+)$", line):
            fields.add(field[1])
    return found


@pytest.mark.parametrize("header", [path for path in HEADERS if path.parent.name != "leaf"], ids=name_of)
def test_header_states_the_fields_of_its_classes(header: Path) -> None:
    """A compiled class states its fields twice; those that it has from a leaf it only sets."""
    leaves = [path for path in HEADERS if path.parent.name == "leaf"]
    inherited = set().union(*(fields for leaf in leaves for fields in fields_in_header(leaf).values()))
    written = fields_in_python(header.with_suffix(".py"))
    for name, fields in fields_in_header(header).items():
        assert fields - {"__weakref__"} == written[name] - {"__weakref__"} - (inherited - fields), name


def test_every_header_is_compiled() -> None:
    listed = ast.parse((ROOT / "setup.py").read_text())
    values = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in listed.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("LEAVES", "COMPILED")
    }
    headers = {name_of(path.with_suffix("")) for path in HEADERS}
    assert headers <= {*values["LEAVES"], *values["COMPILED"]}
    assert {name_of(path.with_suffix("")) for path in PACKAGE.rglob("*.pyx")} == set(values["LEAVES"])


# -- budgets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_keeps_its_budget(path: Path) -> None:
    """A page that grows past the limit is split, or its limit is argued for here."""
    limit = LINES_OF_A_LARGE_MODULE if name_of(path) in LARGE_MODULES else LINES_OF_A_MODULE
    text = path.read_text()
    lines_of_module = len(text.splitlines())
    assert lines_of_module <= limit or name_of(path) in TABLES
    long = {
        function.name: lines
        for function in functions(ast.parse(text))
        if (lines := length(function)) > LINES_OF_A_FUNCTION
    }
    assert len(long) <= 1, long
    assert all(lines <= LINES_OF_A_HOT_LOOP for lines in long.values()), long


# -- package -----------------------------------------------------------------------------------------


def copy_project(folder: Path) -> None:
    """Put what a wheel is built from into a folder."""
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    built = shutil.ignore_patterns("__pycache__", "*.so", "*.c")
    shutil.copytree(PACKAGE, folder / "src" / "zerowire", ignore=built)


def build_wheel(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build a wheel into folder/out, with nothing of this process's choices about compiling."""
    try:
        if int(version("setuptools").split(".")[0]) < 77:
            pytest.skip("setuptools is too old to build the wheel")
        version("pip")
    except PackageNotFoundError as missing:
        pytest.skip(f"there is no {missing.name} to build the wheel with")
    options = ["--no-deps", "--no-build-isolation", "--verbose", "--wheel-dir", "out", "."]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZEROWIRE_")}
    return subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, not compiled, built in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    copy_project(folder)
    done = build_wheel(folder, ZEROWIRE_SKIP_CYTHON="1")
    assert done.returncode == 0, done.stderr
    return next(folder.glob("out/*.whl"))


@pytest.mark.parametrize(("required", "is_built"), [("", True), ("1", False)])
def test_without_a_compiler_the_wheel_is_plain_unless_that_is_refused(
    tmp_path: Path, required: str, is_built: bool
) -> None:
    pytest.importorskip("Cython")
    copy_project(tmp_path)
    script = tmp_path / "setup.py"
    short = re.sub(r"COMPILED = \([^)]*\)", "COMPILED = ()", script.read_text())  # one module shows it
    script.write_text(re.sub(r"LEAVES = \([^)]*\)", 'LEAVES = ("leaf/ring",)', short))
    done = build_wheel(tmp_path, CC="/nowhere/cc", ZEROWIRE_REQUIRE_CYTHON=required)
    assert (done.returncode == 0) is is_built, done.stdout
    wheels = list(tmp_path.glob("out/*.whl"))
    assert len(wheels) == is_built
    for each in wheels:
        assert not [name for name in zipfile.ZipFile(each).namelist() if name.endswith(".so")]
        assert "not compiled, runs as plain Python" in done.stdout + done.stderr


def test_wheel_holds_every_module_the_licence_and_the_type_marker(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.relative_to(PACKAGE.parent).as_posix() for path in (*MODULES, *HEADERS)}
    assert expected <= held
    assert "zerowire/py.typed" in held
    assert any(name.endswith("/LICENSE") for name in held)


def test_wheel_needs_nothing_but_libsodium_at_run_time(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (
        name for name in archive.namelist() if re.fullmatch(r"zerowire-[^/]*\.dist-info/METADATA", name)
    )
    needed = re.findall(r"^Requires-Dist: (.*)$", archive.read(metadata).decode(), re.M)
    without_extras = [requirement for requirement in needed if "extra ==" not in requirement]
    assert [re.match(r"[\w-]+", requirement)[0] for requirement in without_extras] == ["PyNaCl"]  # type: ignore[index]


def test_package_imports_without_any_other_package() -> None:
    """Python alone is enough: -S hides what else is installed."""
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); import zerowire; print(zerowire.__file__)"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True
    )
    assert Path(said.stdout.strip()) == PACKAGE / "__init__.py"


def test_minimum_python_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["requires-python"] == ">=3.11"
    assert project["tool"]["ruff"]["target-version"] == "py311"
    assert project["tool"]["mypy"]["python_version"] == "3.11"


@pytest.mark.parametrize("name", [".ci/run", "scripts/check", "scripts/venv"])
def test_script_can_be_started(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
