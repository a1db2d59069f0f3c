"""Reads the environment variables of a running local stack, for tools on this machine."""

import os
import shlex
import socket
from pathlib import Path
from urllib.parse import urlsplit


class StackNotRunning(Exception):
    """No local stack runs in the state folder; the text says what to do."""


def state_folder() -> Path:
    return Path(os.environ.get("STATE") or ".local")


def local_environment(state: Path) -> dict[str, str]:
    """The variables that `make run` wrote to `state`. Raises StackNotRunning."""
    file = state / "env"
    try:
        assignments = [shlex.split(line)[1] for line in file.read_text().splitlines()]
    except FileNotFoundError:
        raise StackNotRunning(
            f"There is no {file}. Start the stack with: make run. "
            "If it has another folder, set STATE to it."
        ) from None
    found = dict(assignment.split("=", 1) for assignment in assignments)
    if not _answers(found["AWS_ENDPOINT_URL"]):
        raise StackNotRunning(f"The stack in {state} does not answer. Start it with: make run")
    return found


def _answers(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((str(address.hostname), address.port or 80), timeout=2).close()
    except OSError:
        return False
    return True
