"""`make local`: Chalice's own server for the HTTP half, with the environment of a running stack."""

import os
import sys
from pathlib import Path
from typing import NoReturn

PORT = "8001"
"""The stack itself has 8000."""


def main() -> NoReturn:
    env_file = Path(os.environ.get("STATE", ".local")) / "env"
    if not env_file.exists():
        sys.exit(f"There is no {env_file}: start the engine with `make run` first.")
    port = os.environ.get("LOCAL_PORT", PORT)
    # Its reloading is done by a child, which outlives it.
    options = f"--stage local --no-autoreload --port {port}"
    serve = f'. "{env_file}" && exec "$0" local {options}'
    chalice = Path(sys.executable).with_name("chalice")
    # In our place, so that whoever stops us stops it.
    os.execv("/bin/sh", ["/bin/sh", "-c", serve, str(chalice)])


if __name__ == "__main__":
    main()
