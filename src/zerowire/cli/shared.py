"""What verbs share: their common options, as dataclasses that stand for their fields."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, an object a line.")]
"""The type of a parameter `json`, which every verb has."""
