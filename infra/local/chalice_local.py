"""`make local`: runs `chalice local` for the REST API with the environment of a running stack."""

import os
import sys
from pathlib import Path
from typing import NoReturn

PORT = "8001"
"""The stack itself uses 8000."""


def main() -> NoReturn:
    env_file = Path(os.environ.get("STATE", ".local")) / "env"
    if not env_file.exists():
        sys.exit(f"There is no {env_file}. Start the stack with `make run` first.")
    port = os.environ.get("LOCAL_PORT", PORT)
    # Chalice's auto-reload starts a child process that outlives it.
    options = f"--stage local --no-autoreload --port {port}"
    serve = f'. "{env_file}" && exec "$0" local {options}'
    chalice = Path(sys.executable).with_name("chalice")
    # Replace this process, so that stopping this command stops Chalice.
    os.execv("/bin/sh", ["/bin/sh", "-c", serve, str(chalice)])


if __name__ == "__main__":
    main()
