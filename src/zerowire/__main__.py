"""python -m zerowire: the `zerowire` command. Without arguments it says which version this is."""

from __future__ import annotations

import sys

from zerowire.cli import main

if __name__ == "__main__":
    sys.exit(main())
