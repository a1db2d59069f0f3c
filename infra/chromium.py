"""Finds the system's Chromium."""

import os
import shutil

NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
"""The headless shell is first: it draws no window, which halves the CPU time of a test."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def find_chromium() -> str | None:
    """The path of the browser: the variable CHROMIUM, else the first one that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
