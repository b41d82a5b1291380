"""What lies where in the folder of a study."""

from __future__ import annotations

STOP_FILE = "stop"
"""Put there by whoever wants it to stop: every cell that is trained stops after its step, with its state."""
LOCK_FILE = "lock"
"""Held by the process that works on it."""
PROCESS_FILE = "process.json"
"""Which process that is; it stays behind where the process died without a word."""
LOG_FILE = "log.txt"
"""What the process says that was started from the page."""
PLAN_FILE = "study.toml"
"""The plan, word for word."""
PAGE_FILE = "study.md"
RUNS = "runs"
CELLS = "cells"
