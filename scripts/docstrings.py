"""What griffe, which reads docstrings for the site, does besides.

A method that is written again in a class only for its types has the docstring of the class that it is from.
"""

from __future__ import annotations

from typing import Any

import griffe


class Inherited(griffe.Extension):
    """Gives methods without a docstring that of the same method of a base."""

    def on_package(self, *, pkg: griffe.Module, **kwargs: Any) -> None:
        """Look at every class, when all are known."""
        self._look(pkg)

    def _look(self, scope: griffe.Module | griffe.Class) -> None:
        for member in scope.members.values():
            if member.is_alias:
                continue
            if isinstance(member, griffe.Class):
                self._fill(member)
            if isinstance(member, griffe.Module | griffe.Class):
                self._look(member)

    @staticmethod
    def _fill(cls: griffe.Class) -> None:
        for name, member in cls.members.items():
            if member.is_alias or member.docstring is not None:
                continue
            said = (base.members[name].docstring for base in cls.mro() if name in base.members)
            member.docstring = next((text for text in said if text is not None), None)
