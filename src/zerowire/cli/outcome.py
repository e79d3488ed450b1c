"""How a verb ends: its exit codes, and what stands for each."""

from __future__ import annotations

DONE = 0
FAILED = 1  # a time-out, a refusal, a check that did not hold
BAD_ARGUMENTS = 2
INTERRUPTED = 130  # Ctrl+C, as shells have it: 128 + SIGINT
