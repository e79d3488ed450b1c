"""Python runs this at its start, as `zerowire run` has put the folder on PYTHONPATH: zmq is ZeroWire.

Nothing of ZeroWire is loaded before somebody imports it. A sitecustomize that was there
before is run, too. A Python that is too old for ZeroWire is left as it is: it reads no more
of this than it understands.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from os.path import abspath, dirname

HERE = dirname(abspath(__file__))
HOME = dirname(dirname(dirname(HERE)))


class ZmqFinder:
    """Finds zmq and what is in it, and the ZeroWire that this folder belongs to."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> "ModuleSpec | None":
        """Return how to load a module; None leaves it to others."""
        if name == "zerowire":
            return PathFinder.find_spec(name, [HOME])
        if name == "zmq" or name.startswith("zmq."):
            spec: ModuleSpec = import_module("zerowire.compat.modules").spec_of(name)
            return spec
        return None


def run_the_next_one(path: "list[str]") -> None:
    """Run the sitecustomize that this one hides, and let it take this one's place."""
    spec = PathFinder.find_spec("sitecustomize", path)
    if spec is not None and spec.loader is not None:
        sys.modules["sitecustomize"] = module = module_from_spec(spec)
        spec.loader.exec_module(module)


others = [folder for folder in sys.path if abspath(folder) != HERE]
if sys.version_info >= (3, 11):  # noqa: UP036
    sys.meta_path.insert(0, ZmqFinder)
else:
    sys.path[:] = others
run_the_next_one(others)
